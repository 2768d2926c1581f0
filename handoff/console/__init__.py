"""The staff console: the live queue and the case page, drawn on the server."""
