"""Rules of the repository that no linter knows: imports, contracts, the definition."""
