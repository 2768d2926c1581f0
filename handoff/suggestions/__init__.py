"""Questions that no answer met, grouped by meaning, for those who write answers."""
