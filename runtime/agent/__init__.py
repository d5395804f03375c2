"""A language model's step inside a goal: what it may call, and what bounds it."""
