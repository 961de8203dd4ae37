"""The rules by which measurements count."""
