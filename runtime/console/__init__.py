"""The pages on which people approve, watch and stop."""
