"""The definition, changed in one place: some scenario must notice."""
