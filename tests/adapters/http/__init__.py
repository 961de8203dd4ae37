"""Inventory and customers of other services."""
