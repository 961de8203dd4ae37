"""Smoke test of a deployed stack: `make verify-aws`."""
