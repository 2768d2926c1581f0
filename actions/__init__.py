"""The action server: collects facts, asks handoff, says what handoff decided. Keeps no record."""
