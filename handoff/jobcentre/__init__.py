"""Telling Jobcentre Plus of a registration, with permission, and hearing from it of those who claim."""
