"""The janitor: a lost wake-up, start or execution is recovered, and nothing is done twice."""
