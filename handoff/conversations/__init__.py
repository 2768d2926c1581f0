"""Contacts, conversations, messages and turns: what was said, by whom, in what order."""
