"""Wayline's public service: everything people reach, and every record that is kept."""
