"""The scenario runner: user actions over HTTP, injected faults, and checks of the result."""
