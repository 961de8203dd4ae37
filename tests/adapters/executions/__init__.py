"""Executions and their histories."""
