"""Graph components of the assistant's language understanding."""
