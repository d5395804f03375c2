"""A case, from its message to its outcome."""
