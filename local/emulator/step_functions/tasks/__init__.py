"""Task states: attempts, task tokens, time limits, calls of Lambda functions."""
