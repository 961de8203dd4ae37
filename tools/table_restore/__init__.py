"""Restores the tables to a point in time: `make restore`."""
