"""The chat on a web page: its API, the page with and without JavaScript, and the embed."""
