"""The command line `orders`, against the real API over fakes."""
