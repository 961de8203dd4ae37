"""Processor time of a cold start, relative to a reference that was measured in the same run."""
