"""Plays stories: what users do over HTTP, what goes wrong, and how it ended."""
