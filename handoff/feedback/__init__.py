"""Did this help? What people said of an answer, kept for those who write the answers."""
