"""This machine: folders, processes, locks, waits, progress, problems, the state file."""
