"""Keeping and forgetting: how long what is held about people is kept, what is asked for, what is erased."""
