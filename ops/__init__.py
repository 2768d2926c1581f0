"""Setting up, training, starting and checking Wayline: what the Makefile calls, and nothing the product imports."""
