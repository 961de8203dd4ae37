"""The invariants that every run must keep."""
