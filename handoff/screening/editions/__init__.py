"""Editions of the phrases and fixed messages: written, tried, approved by a second person, put in force."""
