"""The console in a real browser, on a deployment of its own."""
