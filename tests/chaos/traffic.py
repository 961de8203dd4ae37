"""Places orders continuously while another thread kills processes."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from random import Random

from tests.chaos.callers import Callers
from tests.chaos.orders import NotPlaced, Promises, Shopper

SHOPPERS = 6
"""Concurrent shoppers: enough to keep two cores busy."""
PAUSE_SECONDS = 1.0


class Traffic:
    """Numbered orders: the actions on the n-th depend only on the seed and n."""

    def __init__(self, callers: Callers, promises: Promises, seed: int) -> None:
        self._callers, self._promises, self._seed = callers, promises, seed
        self._lock = threading.Lock()
        self._next = 0

    @contextmanager
    def flowing(self, orders: int) -> Iterator[None]:
        """Place orders until the block has ended, and at least `orders`. Raises the first exception
        of a shopper.
        """
        enough = self._next + orders
        over = threading.Event()
        with ThreadPoolExecutor(SHOPPERS) as pool:
            shopping = [pool.submit(self._shop, over, enough) for _ in range(SHOPPERS)]
            try:
                yield
            except BaseException:
                self._callers.ended.set()
                raise
            finally:
                over.set()
        _raise_first(shopping)

    def _shop(self, over: threading.Event, enough: int) -> None:
        while not self._callers.ended.is_set():
            with self._lock:
                number = self._next
                if over.is_set() and number >= enough:
                    return
                self._next += 1
            try:
                self._one(number)
            except NotPlaced:
                continue  # the promises have the response, and the verdict reports it

    def _one(self, number: int) -> None:
        rng = Random(f"{self._seed}-{number}")
        Shopper(self._callers, self._promises).act(rng, PAUSE_SECONDS)


def _raise_first(done: list["Future[None]"]) -> None:
    for one in done:
        one.result()
