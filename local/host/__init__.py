"""Resources of this machine: folders, processes, the state file; and how problems are reported."""
