"""What was seen, what was expected, and what must always hold."""
