"""The scenario table: what happens to an order, and how it must end."""
