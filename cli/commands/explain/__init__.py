"""Commands that explain executions by their histories."""
