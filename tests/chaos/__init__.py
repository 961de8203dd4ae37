"""The proof that no order is lost when the machinery is killed with SIGKILL while orders run."""
