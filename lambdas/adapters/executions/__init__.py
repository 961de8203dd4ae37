"""Executions in Step Functions: start, wake, read, and their stored histories."""
