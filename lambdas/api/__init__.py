"""The HTTP API: one Lambda function behind an API Gateway HTTP API (payload format 2.0)."""
