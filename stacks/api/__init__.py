"""The HTTP API, its users, and the webhook of the payment provider."""
