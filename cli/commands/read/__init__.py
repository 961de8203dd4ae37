"""Commands that read orders."""
