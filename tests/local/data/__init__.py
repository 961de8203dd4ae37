"""Tests of local/data."""
