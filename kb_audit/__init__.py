"""Audits a knowledge base: structure, freshness, claims, conflicts, coverage."""
