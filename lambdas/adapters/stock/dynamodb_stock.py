"""Where the units of an order's transaction are moved: on SKUs' items, or on shards of busy ones.

DynamoDB refuses a transaction that meets another one on the same item; it never queues them. A
SKU's item takes about 40 orders a second. An order that finds it occupied is moved to a shard of
its stock instead of waiting for its turn.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from lambdas.adapters.dynamodb.errors import CONDITION_FAILED, OCCUPIED, shortage_error
from lambdas.adapters.stock import dynamodb_stock_expressions as expressions
from lambdas.adapters.stock.dynamodb_stock_shards import (
    SHARDS,
    Counters,
    StockShards,
    lendable,
)
from lambdas.domain.errors import OrderError, StoreConflict, StoreUnavailable
from lambdas.domain.record.changes import StockMove, StockMovement

BUSY_MOVES = 64
"""Moves that a process makes on shards of a busy SKU before it tries the SKU's item again."""


@dataclass(slots=True)
class Placement:
    """Where a move is tried: on a shard, or on the SKU's item where `shard` is None. `tried`: the
    shards that were occupied or had too few units.
    """

    order_id: str
    move: StockMove
    shard: int | None = None
    tried: set[int] = field(default_factory=set)

    @property
    def holds(self) -> bool:
        return self.move.movement is StockMovement.HOLD

    @property
    def own_shard(self) -> int:
        """The shard that the order tries first, so that it sells where it has held."""
        return expressions.own_shard(self.order_id, SHARDS)

    def go(self, shard: int | None) -> None:
        """Leave for a shard, or for the item where `shard` is None."""
        if self.shard is not None:
            self.tried.add(self.shard)
        self.shard = shard


class DynamoDBStock:
    """The counters of all SKUs. `choose` picks one of several shards."""

    def __init__(
        self,
        shards: StockShards,
        *,
        orders_table: str,
        inventory_table: str,
        choose: Callable[[Sequence[int]], int] = random.choice,
    ) -> None:
        self._shards = shards
        self._orders = orders_table
        self._inventory = inventory_table
        self._choose = choose
        self._busy: dict[str, int] = {}
        self._scarce: set[str] = set()

    def placements(self, order_id: str, moves: Sequence[StockMove]) -> list[Placement]:
        """Where to try the moves of an order first."""
        placements = [Placement(order_id, move) for move in moves]
        for placement in placements:
            busy = self._is_busy(placement.move.sku)
            if busy and not (placement.holds and placement.move.sku in self._scarce):
                placement.go(placement.own_shard)
        return placements

    def doubts(self, placements: Sequence[Placement]) -> list[str]:
        """The codes with which to call `redirect` before the first transaction: a hold of units
        that were scarce lately is decided on a reading first, which occupies no item.
        """
        doubtful = [
            placement.holds and placement.move.sku in self._scarce for placement in placements
        ]
        return [CONDITION_FAILED if doubt else "None" for doubt in doubtful]

    def write(self, placement: Placement, now: int) -> dict[str, Any]:
        """The part of a transaction that makes a move; `now` is epoch milliseconds."""
        move, shard = placement.move, placement.shard
        if shard is None:
            return expressions.move_on_item(self._inventory, move)
        return expressions.move_on_shard(self._orders, move, shard, now)

    def redirect(
        self, placements: Sequence[Placement], codes: Sequence[str], now: int
    ) -> OrderError | None:
        """Choose other places after a transaction was cancelled with these codes.

        Returns InsufficientStock or LedgerMismatch where no place has the units. Raises
        StoreConflict where a place is occupied and there is no other, and StoreUnavailable.
        """
        if unknown := set(codes) - OCCUPIED - {CONDITION_FAILED, "None"}:
            raise StoreUnavailable(
                f"transaction cancelled: {sorted(unknown)}", order_id=placements[0].order_id
            )
        short: list[Placement] = []
        for placement, code in zip(placements, codes, strict=True):
            if code in OCCUPIED and not self._leave(placement):
                short.append(placement)
            if code == CONDITION_FAILED and not self._find_units(placement, now):
                short.append(placement)
        return shortage_error([one.move for one in short], short[0].order_id) if short else None

    def _is_busy(self, sku: str) -> bool:
        left = self._busy.pop(sku, 0)
        if left > 1:
            self._busy[sku] = left - 1
        return left > 0

    def _leave(self, placement: Placement) -> bool:
        """Leave an occupied place for a shard; False when the SKU has too few units."""
        move = placement.move
        if placement.shard is not None:
            placement.go(self._shard_for(placement, range(SHARDS)))
            return True
        item = self._shards.item(move.sku)
        if placement.holds and item["available"] < move.quantity:
            return self._collect(placement, item)
        open_shards = sorted(map(int, item.get("shards", ())))
        lends = placement.holds and self._lendable(move, item) > 0
        placement.go(self._shard_for(placement, range(SHARDS) if lends else open_shards))
        self._busy[move.sku] = BUSY_MOVES
        return True

    def _lendable(self, move: StockMove, item: Counters) -> int:
        """The units that a shard may borrow for a move, or 0; notes whether they are scarce."""
        units = lendable(item)
        (self._scarce.discard if units else self._scarce.add)(move.sku)
        return units if units >= move.quantity else 0

    def _shard_for(self, placement: Placement, shards: Sequence[int]) -> int:
        """The order's own shard, or any other that was not tried. Raises StoreConflict."""
        left = [
            shard for shard in shards if shard not in placement.tried and shard != placement.shard
        ]
        if not left:
            raise StoreConflict("the stock is busy", order_id=placement.order_id)
        own = placement.own_shard
        return own if own in left else self._choose(left)

    def _find_units(self, placement: Placement, now: int) -> bool:
        """Choose a place after one had too few units; False when no place has them."""
        move = placement.move
        if not placement.holds:
            found = placement.shard is not None
            placement.go(None)
            return found
        item = self._shards.item(move.sku)
        units = self._lendable(move, item)
        if placement.shard is None:
            return self._collect(placement, item)
        if not units:
            placement.go(None)
        elif not self._shards.lend(move.sku, placement.shard, units, now):
            placement.go(self._shard_for(placement, range(SHARDS)))
        return True

    def _collect(self, placement: Placement, item: Counters) -> bool:
        """Return a shard's units to the item, which has too few; False when no shard has any.

        One at a time: others that need units return other shards' at the same time.
        """
        move, lent = placement.move, sorted(map(int, item.get("lent", ())))
        if not lent:
            return bool(item["available"] >= move.quantity)
        if not self._shards.recall(move.sku, self._choose(lent)):
            raise StoreConflict("the stock is busy", order_id=placement.order_id)
        return True
