"""The command line `orders`: places, approves, watches and explains orders over the HTTP API."""
