"""What the agent may do: effects, limits, facts, the decision, budgets and the enforcing proxy."""
