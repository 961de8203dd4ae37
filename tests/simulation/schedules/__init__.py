"""Schedules: which orders, signals and faults a run has, and when."""
