"""The ground floor: how to reach systems, stay within limits, and act on what passed."""
