"""Alerts: the people on call are told, one after the other, until one of them acknowledges."""
