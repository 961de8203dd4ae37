"""What runs on this machine: folders, processes, the state file, and how problems are told."""
