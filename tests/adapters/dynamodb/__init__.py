"""Reads, writes and errors of the orders table."""
