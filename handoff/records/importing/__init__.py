"""Bringing in a file of young people: a dry run first, then the run, and the way back."""
