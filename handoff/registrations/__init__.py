"""Registering 16-17 year-olds with the authority for benefit purposes."""
