"""Where a handoff can be delivered and read back from."""
