"""Virtual time: a list of what happens when. It passes only from one entry to the next."""

import heapq
from collections.abc import Callable

START_MS = 1_767_225_600_000
"""2026-01-01T00:00:00Z."""


class Entry:
    """Something that will happen, unless it is called off."""

    __slots__ = ("action",)

    def __init__(self, action: Callable[[], None]) -> None:
        self.action: Callable[[], None] | None = action

    def call_off(self) -> None:
        self.action = None


class EventQueue:
    """Entries in order of time; entries of one instant in the order in which they were made."""

    def __init__(self) -> None:
        self.now = START_MS
        self._made = 0
        self._heap: list[tuple[int, int, Entry]] = []

    def after(self, milliseconds: int, action: Callable[[], None]) -> Entry:
        """Have something happen later."""
        entry = Entry(action)
        self._made += 1
        heapq.heappush(self._heap, (self.now + max(0, milliseconds), self._made, entry))
        return entry

    def pass_quietly(self, milliseconds: int) -> bool:
        """Let time pass if nothing would happen meanwhile; False, and nothing done, otherwise."""
        if self.due_within(milliseconds):
            return False
        self.now += milliseconds
        return True

    def due_within(self, milliseconds: int) -> bool:
        """True if something will happen so soon."""
        heap = self._heap
        while heap and heap[0][2].action is None:
            heapq.heappop(heap)
        return bool(heap) and heap[0][0] <= self.now + milliseconds

    def step(self) -> bool:
        """Let the next entry happen; False when there is none."""
        while self._heap:
            due, _, entry = heapq.heappop(self._heap)
            if entry.action is not None:
                self.now = max(self.now, due)
                entry.action()
                return True
        return False
