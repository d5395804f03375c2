"""Measures an estate: gathers artifacts over the network, derives from them, asks one question a file."""
