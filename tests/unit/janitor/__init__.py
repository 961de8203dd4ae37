"""The janitor: whatever was lost, the order goes on; nothing is done twice."""
