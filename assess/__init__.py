"""Judges a bundle: levels, gates, findings, roadmap; prints the report; the command line."""
