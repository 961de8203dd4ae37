"""Scenarios: what happens to an order, and the expected end."""
