"""Tests of the console in a real browser, on a separate deployment."""
