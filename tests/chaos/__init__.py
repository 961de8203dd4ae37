"""Chaos tests: no order is lost when processes are killed with SIGKILL while orders run."""
