"""The replay gate: recorded executions of each release run through the current definition."""
