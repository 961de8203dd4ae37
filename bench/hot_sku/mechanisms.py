"""Four mechanisms that move the units of one SKU. A process is one warm function: it remembers
busy SKUs from one invocation to the next.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from random import Random
from typing import Any

from bench.hot_sku.dynamodb import Item, begin
from lambdas.adapters.dynamodb.errors import CONDITION_FAILED
from lambdas.adapters.orders.dynamodb_orders import PLACES_TRIED
from lambdas.adapters.stock.dynamodb_stock import DynamoDBStock, Placement
from lambdas.adapters.stock.dynamodb_stock_shards import SHARDS, StockShards
from lambdas.domain.errors import StoreConflict
from lambdas.domain.record.changes import StockMove, StockMovement
from lambdas.services.order_writer import LONGEST_PAUSE_SECONDS, PATIENCE_MS, SHORTEST_PAUSE_SECONDS

READ_MS, WAY_MS = 4.0, 3.0
"""Assumed milliseconds of a GetItem, and of a write from the function to DynamoDB or back."""
SKU = "HOT-SKU"


class Outcome(Enum):
    """How a step ended."""

    DONE = auto()
    SHORT = auto()
    BUSY = auto()


Steps = Generator[float, None, Outcome]
"""Yields pauses in milliseconds, and returns the outcome."""


@dataclass(slots=True)
class Shop:
    """The SKU's item, its shards, and the idle processes; `now` is virtual milliseconds."""

    random: Random
    lock_ms: float
    units: int
    now: float = 0.0
    item: Item = field(init=False)
    shards: list[Item] = field(default_factory=lambda: [Item() for _ in range(SHARDS)])
    idle: list["Mechanism"] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.item = Item(available=self.units)

    @property
    def places(self) -> list[Item]:
        return [self.item, *self.shards]

    @property
    def available(self) -> int:
        return sum(place.available for place in self.places)

    @property
    def write_units(self) -> int:
        return sum(place.used.total() for place in self.places)

    def process(self, mechanism: "type[Mechanism]") -> "Mechanism":
        """The process that was used last, as Lambda prefers it, or a new one."""
        return self.idle.pop() if self.idle else mechanism(self)

    def check(self) -> None:
        """Raise AssertionError if a unit was lost, doubled or oversold."""
        borrowed = sum(place.available + place.sold for place in self.shards)
        sums = (self.available, self.item.held - borrowed, sum(p.sold for p in self.places))
        if min(sums) < 0 or sum(sums) != self.units:
            raise AssertionError(f"{sums} are not {self.units} units")


class Mechanism:
    """One transaction on the SKU's item, repeated 8 times within 2.5 seconds on average."""

    label = "one item, 8 attempts"

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def run(self, order: int, *, sells: bool) -> Steps:
        """Read the order and write, again while the stock is busy; returns the Outcome."""
        began, pause, attempt = self.shop.now, 0.0, 0
        while True:
            yield READ_MS
            outcome = yield from self.write(order, sells=sells)
            attempt += 1
            if outcome is not Outcome.BUSY:
                return outcome
            pause = self.next_pause(attempt, pause)
            if self.gives_up(attempt, self.shop.now + pause - began):
                return outcome
            yield pause

    def next_pause(self, attempt: int, last: float) -> float:  # noqa: ARG002
        return self.shop.random.random() * 20.0 * float(2**attempt)

    def gives_up(self, attempt: int, elapsed: float) -> bool:  # noqa: ARG002
        return attempt == 8

    def write(self, order: int, *, sells: bool) -> Steps:  # noqa: ARG002
        """One attempt."""
        return self.transact(self.shop.item, sells=sells)

    def transact(self, item: Item, *, sells: bool) -> Steps:
        """A transaction on one counter item and the order."""
        yield WAY_MS
        source, target = ("held", "sold") if sells else ("available", "held")
        if not begin([item], self.shop.now, self.shop.lock_ms):
            yield WAY_MS
            return Outcome.BUSY
        if getattr(item, source) < 1:
            item.occupied_until = self.shop.now
            yield WAY_MS
            return Outcome.SHORT
        item.move(source, target)
        yield self.shop.lock_ms + WAY_MS
        return Outcome.DONE


class Patient(Mechanism):
    """The same, repeated as long as `lambdas.services.order_writer` does."""

    label = "one item, 6 seconds"

    def next_pause(self, attempt: int, last: float) -> float:  # noqa: ARG002
        shortest = SHORTEST_PAUSE_SECONDS * 1_000
        drawn = shortest + self.shop.random.random() * (3 * max(last, shortest) - shortest)
        return min(LONGEST_PAUSE_SECONDS * 1_000, drawn)

    def gives_up(self, attempt: int, elapsed: float) -> bool:  # noqa: ARG002
        return elapsed > PATIENCE_MS


class ModelShards(StockShards):
    """The shards of the model, for the rules of the adapter. `spent` is the time of calls (ms)."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.spent = shop, 0.0

    def item(self, sku: str) -> Mapping[str, Any]:  # noqa: ARG002
        self.spent += READ_MS
        item, shards = self.shop.item, self.shop.shards
        open_shards = {str(n) for n, shard in enumerate(shards) if shard.available + shard.held}
        lent = {str(number) for number in item.lent}
        return {"available": item.available, "lent": lent, "shards": lent | open_shards}

    def lend(self, sku: str, shard: int, units: int, now: int) -> bool:  # noqa: ARG002
        there = self.shop.shards[shard]
        if not self._transact(there):
            return False
        self.shop.item.move("available", "held", units)
        self.shop.item.lent.add(shard)
        there.available += units
        return True

    def recall(self, sku: str, shard: int) -> bool:  # noqa: ARG002
        there = self.shop.shards[shard]
        self.spent += READ_MS
        if not self._transact(there):
            return False
        self.shop.item.move("held", "available", there.available)
        self.shop.item.lent.discard(shard)
        there.available = 0
        return True

    def _transact(self, shard: Item) -> bool:
        self.spent += 2 * WAY_MS
        if not begin([self.shop.item, shard], self.shop.now, self.shop.lock_ms):
            return False
        self.spent += self.shop.lock_ms
        return True


class Sharded(Patient):
    """The mechanism of the adapter: `DynamoDBStock` chooses among the items of the model."""

    label = "item and shards"

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop)
        self.shards = ModelShards(shop)
        self.stock = DynamoDBStock(
            self.shards, orders_table="", inventory_table="", choose=shop.random.choice
        )

    def write(self, order: int, *, sells: bool) -> Steps:
        movement = StockMovement.SELL if sells else StockMovement.HOLD
        [placement] = self.stock.placements(str(order), [StockMove(movement, SKU, 1)])
        outcome = yield from self._redirect(placement, *self.stock.doubts([placement]))
        for _ in range(PLACES_TRIED):
            if outcome is not None:
                return outcome
            outcome = yield from self.transact(self._place(placement), sells=sells)
            if outcome is Outcome.DONE:
                return outcome
            code = CONDITION_FAILED if outcome is Outcome.SHORT else "TransactionConflict"
            outcome = yield from self._redirect(placement, code)
        return Outcome.BUSY

    def _redirect(self, placement: Placement, code: str) -> Generator[float, None, Outcome | None]:
        """Let the adapter choose another place; None when there is one."""
        self.shards.spent = 0.0
        outcome = None
        try:
            if self.stock.redirect([placement], [code], int(self.shop.now)) is not None:
                self.shards.spent += READ_MS
                outcome = Outcome.SHORT
        except StoreConflict:
            outcome = Outcome.BUSY
        if self.shards.spent:
            yield self.shards.spent
        return outcome

    def _place(self, placement: Placement) -> Item:
        shop, shard = self.shop, placement.shard
        return shop.item if shard is None else shop.shards[shard]


class SingleWrite(Patient):
    """A conditional write of the SKU's item alone, with the order's key in it. Such writes queue.

    The order's record follows in a second write. The recovery of a crash between the two is not
    modelled.
    """

    label = "one item, single writes"

    def write(self, order: int, *, sells: bool) -> Steps:  # noqa: ARG002
        yield WAY_MS
        if not self.shop.item.use_units(1, self.shop.now):
            yield WAY_MS
            return Outcome.BUSY
        source, target = ("held", "sold") if sells else ("available", "held")
        enough = getattr(self.shop.item, source) > 0
        if enough:
            self.shop.item.move(source, target)
        yield 3 * WAY_MS
        return Outcome.DONE if enough else Outcome.SHORT


MECHANISMS: tuple[type[Mechanism], ...] = (Mechanism, Patient, Sharded, SingleWrite)
