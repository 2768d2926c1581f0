"""Setting up, training, starting and checking Wayline: what the Makefile calls."""
