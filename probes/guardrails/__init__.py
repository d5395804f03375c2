"""Probes of the guardrail framework: limits defined, proved, and enforced where the systems accept writes."""
