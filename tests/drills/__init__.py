"""Drills: each causes one fault and shows that the system reports it. `make drill` lists them."""
