"""Two sentences read together: what their vectors apart cannot tell, whether one contradicts the other."""
