"""The steps of the workflow."""
