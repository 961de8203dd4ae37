"""The injected faults of this emulator."""

import threading
from dataclasses import asdict
from typing import Any

from local.emulator.faults.fault import Fault


class InjectedFaults:
    """Faults that have not occurred yet. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    @property
    def has_pending(self) -> bool:
        return bool(self._faults)

    def inject(self, fault: Fault) -> None:
        """Add a fault. Earlier faults for the same call occur first."""
        with self._lock:
            self._faults.append(fault)

    def take(self, service: str, action: str, *, function: str = "") -> Fault | None:
        """The fault for this call, or None. Decrements the fault's count."""
        with self._lock:
            for fault in self._faults:
                if fault.matches(service, action, function):
                    fault.times -= 1
                    self._faults = [known for known in self._faults if known.times > 0]
                    return fault
        return None

    def list_pending(self) -> list[dict[str, Any]]:
        """The pending faults, the oldest first."""
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._faults.clear()


FAULTS = InjectedFaults()
