"""The rules in code, changed in one place: some fast test must notice."""
