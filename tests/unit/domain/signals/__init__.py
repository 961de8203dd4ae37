"""Admission and application of signals."""
