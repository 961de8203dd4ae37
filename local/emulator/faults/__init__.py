"""Fault injection: the faults, and the responses of calls that have one."""
