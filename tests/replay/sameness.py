"""The world of the simulator beside the model's state after the same step."""

from collections.abc import Mapping

from lambdas.domain.record.stages import BEFORE_RESERVE
from tests.model import record
from tests.model.translation import SKU, in_model
from tests.model.world import State
from tests.replay.world import ORDER, HeldWorld

COMPARED = ("epoch", "inbox", "outcomes", "revision", "reserve", "pay", "reference", "cancelled")
"""Left out: the token and whether a start is pending (enrichment, which the model leaves out,
writes too), the amount (the model freezes it apart from the ledger), and the text of the last
error. A deadline is compared by how many there were.
"""


def differences(world: HeldWorld, state: State) -> Mapping[str, tuple[object, object]]:
    """What is not as the model has it: (the model's, the simulator's)."""
    order = world.store.get(ORDER)
    mine = in_model(order)
    stage = record.RESERVE if order.stage in BEFORE_RESERVE else mine.stage
    shelf = world.inventory.shelves[SKU]
    payments = world.payments.payments.values()
    pairs: dict[str, tuple[object, object]] = {
        "stage": (state.order.stage, stage),
        **{name: (getattr(state.order, name), getattr(mine, name)) for name in COMPARED},
        "deadlines": (state.order.deadline, len(world.deadlines)),
        "stock": (tuple(state.stock), (shelf.available, shelf.held, shelf.sold)),
        "captured": (
            state.provider.captured,
            sum(one.captured.amount_minor for one in payments if one.captured is not None),
        ),
        "refunded": (state.provider.refunded, sum(one.refunded_minor for one in payments)),
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
