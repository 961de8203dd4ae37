"""Checks of orders: observed and expected paths, and invariants."""
