"""The application surface: start, signal, heartbeat, query, list."""
