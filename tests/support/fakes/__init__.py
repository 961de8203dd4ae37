"""Implementations of the ports in memory."""
