"""The life of a local environment: up, status, reset, down."""
