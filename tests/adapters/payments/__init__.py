"""The contract of payment providers, and the sandbox."""
