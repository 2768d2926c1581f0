"""What Rasa loads, and the two modules (vocabulary, encoder) that the handoff service imports too."""
