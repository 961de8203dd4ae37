"""Events of orders."""
