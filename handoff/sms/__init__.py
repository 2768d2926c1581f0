"""Text messages: the alphabet they are charged in, and the way in and out."""
