"""Executions: how they start and end, and how the API describes them."""
