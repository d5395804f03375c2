"""What is made of the decision log: sealed words, replay, export, spans."""
