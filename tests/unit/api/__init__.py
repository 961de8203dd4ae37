"""The HTTP API over fakes: every route, every role, every refusal."""
