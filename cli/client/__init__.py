"""The HTTP client of the order API."""
