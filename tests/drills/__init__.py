"""Drills: each causes a fault and checks that it is reported. `make drill` lists them."""
