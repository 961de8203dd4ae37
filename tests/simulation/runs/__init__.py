"""Runs of schedules: one, the matrix and pairs of faults, campaigns of many seeds, mutants."""
