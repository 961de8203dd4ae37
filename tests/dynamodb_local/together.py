"""Many callers at once: a barrier starts their threads together."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from lambdas.domain.errors import OrderError

CALLERS = 64


def together(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """The result of each call, or the OrderError that it raised; all start at the same moment."""
    barrier = Barrier(len(calls))

    def at_once(call: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return call()
        except OrderError as refusal:
            return refusal

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(at_once, calls))
