"""Out of education, employment and training, or close to it: heard, passed on, asked about, coded."""
