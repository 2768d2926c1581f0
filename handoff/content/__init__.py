"""Answers: what the assistant says, revised, approved and released by local staff."""
