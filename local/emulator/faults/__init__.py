"""Fault injection: drop, fail or delay the next calls of an AWS action."""
