"""Executions: their redacted history and what it shows. Pure functions of history events."""
