"""The steps of the workflow: each one is a decision about the order record."""
