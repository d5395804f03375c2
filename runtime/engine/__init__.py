"""What keeps cases alive: the durable engine, its processes, and what they do between cases."""
