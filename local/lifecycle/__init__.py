"""Lifecycle of a local environment: up, status, reset, down."""
