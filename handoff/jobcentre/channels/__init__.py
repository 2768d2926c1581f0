"""The ways a notice goes to Jobcentre Plus: one module each, one function `send` in each."""
