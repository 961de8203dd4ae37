"""Inventory and customers of other services, over HTTP."""
