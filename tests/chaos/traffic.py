"""Places orders continuously while another thread kills processes."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from random import Random

from tests.chaos.callers import Callers
from tests.chaos.orders import Acknowledged, NotPlaced, OrderUsers

CONCURRENT_ORDERS = 6
"""Orders at the same time: enough to keep two cores busy."""
PAUSE_SECONDS = 1.0


class Traffic:
    """Numbered orders: the actions on the n-th depend only on the seed and n."""

    def __init__(self, callers: Callers, acknowledged: Acknowledged, seed: int) -> None:
        self._callers, self._acknowledged, self._seed = callers, acknowledged, seed
        self._lock = threading.Lock()
        self._next = 0

    @contextmanager
    def placing_orders(self, orders: int) -> Iterator[None]:
        """Place orders until the block has ended, and at least `orders`. Raises the first exception
        of an order.
        """
        end = self._next + orders
        over = threading.Event()
        with ThreadPoolExecutor(CONCURRENT_ORDERS) as pool:
            placing = [pool.submit(self._place_orders, over, end) for _ in range(CONCURRENT_ORDERS)]
            try:
                yield
            except BaseException:
                self._callers.ended.set()
                raise
            finally:
                over.set()
        _raise_first(placing)

    def _place_orders(self, over: threading.Event, end: int) -> None:
        while not self._callers.ended.is_set():
            with self._lock:
                number = self._next
                if over.is_set() and number >= end:
                    return
                self._next += 1
            try:
                self._run_order(number)
            except NotPlaced:
                continue  # `Acknowledged.wrong` has the response, and the result reports it

    def _run_order(self, number: int) -> None:
        rng = Random(f"{self._seed}-{number}")
        OrderUsers(self._callers, self._acknowledged).act(rng, PAUSE_SECONDS)


def _raise_first(done: list["Future[None]"]) -> None:
    for one in done:
        one.result()
