"""A young person's CCIS record: who they are, what they do and did, and what they agreed to."""
