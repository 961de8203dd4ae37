"""Programs for operators and contributors."""
