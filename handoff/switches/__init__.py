"""Switching the assistant off and on for a channel, with a reason; people are heard all the same."""
