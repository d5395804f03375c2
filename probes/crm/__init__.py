"""Questions that only a customer record system is asked."""
