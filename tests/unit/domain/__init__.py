"""The rules of an order, one module each."""
