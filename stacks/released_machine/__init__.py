"""A state machine whose releases leave running executions alone. README.md has an example."""

from stacks.released_machine.machine import MachineLogs, ReleasedMachine
from stacks.released_machine.release import Canary, Release

__all__ = ["Canary", "MachineLogs", "Release", "ReleasedMachine"]
