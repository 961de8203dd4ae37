"""The contract of the order store, for every implementation."""
