"""HTTP: routes with roles, checks of requests, problem documents, encoding."""
