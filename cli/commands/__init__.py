"""The commands, grouped like the help: a module has the name of its command."""
