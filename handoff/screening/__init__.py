"""Screening: what a message says about danger, and what follows from it at once."""
