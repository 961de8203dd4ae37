"""A fake store that refuses every write that breaks an invariant, and can lose its responses."""

from collections.abc import Sequence

from lambdas.adapters.orders.order_records import to_record
from lambdas.domain.errors import StoreUnavailable
from lambdas.domain.record.changes import Change, Event
from lambdas.domain.record.order import Order
from tests.support.fakes.fake_store import FakeOrders
from tests.support.invariants import transition_problems


class WatchedOrders(FakeOrders):
    """`lost_answers`: the number of next commits that are written but whose response is lost."""

    lost_answers = 0

    def commit(self, change: Change) -> Order:
        written = super().commit(change)
        if self.lost_answers:
            self.lost_answers -= 1
            raise StoreUnavailable("written, but the answer was lost")
        return written

    def _write(self, order: Order, events: Sequence[Event]) -> Order:
        before = self._orders.get(order.order_id)
        if before is not None:
            broken = transition_problems(to_record(before), to_record(order))
            assert broken == [], broken
        return super()._write(order, events)
