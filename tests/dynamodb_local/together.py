"""Many callers at once: threads that a barrier lets loose together."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from lambdas.domain.errors import OrderError

CALLERS = 64


def together(deeds: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each deed answered, or the OrderError that it raised; all begin at one moment."""
    barrier = Barrier(len(deeds))

    def at_once(deed: Callable[[], Any]) -> Any:
        barrier.wait(timeout=60)
        try:
            return deed()
        except OrderError as refusal:
            return refusal

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(at_once, deeds))
