"""How a case reaches a person: routes, the handoff, delivery, the way back."""
