"""Where the pilot's state lies, and how a customer is taken out of it."""
