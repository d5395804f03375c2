"""A pilot as people run it: its settings, stages, gate, limits, reviews and results."""
