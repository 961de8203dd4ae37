"""A story: what is ordered, what goes wrong, what people do, and the one right end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lambdas.domain.record.order import Enrichment
from tests.workflow.faults import Fault
from tests.workflow.lambda_service import Moment
from tests.workflow.world import World

Step = Callable[[World], object]
"""Something that happens while every execution rests (or, as a moment, beside a handler)."""

ORDERED = 1800
"""Two red mugs, in cents."""

FOUND = Enrichment(customer_tier="gold", inventory_ok=True, recommendations=("COFFEE-1KG",))
UNFINISHED = Enrichment()
"""Findings are written with the reservation: an order that holds no stock has none. They are not
compared where the enrichment failed or its execution was lost.
"""


@dataclass(frozen=True, kw_only=True)
class End:
    """Everything that is compared, exactly. `verdicts` are what the API makes of each execution's
    history; `retried` counts attempts after the first; `stock` is (available, held, sold) of the
    SKUs that moved; `payment` is (captured, refunded).
    """

    stage: str
    paths: tuple[tuple[str, ...], ...]
    statuses: tuple[str, ...]
    verdicts: tuple[str, ...]
    outcomes: tuple[str, ...]
    last_error: str | None
    flags: frozenset[str]
    ledger: Mapping[str, str]
    stock: Mapping[str, tuple[int, int, int]]
    payment: tuple[int, int]
    mails: tuple[str, ...]
    retried: Mapping[str, int] = field(default_factory=dict)
    messages: int = 0
    recovered: tuple[str, ...] = ()
    found: Enrichment = FOUND


@dataclass(frozen=True, kw_only=True)
class Story:
    """`prologue` happens before the order is placed, `meanwhile` just before or after a state's
    handler runs for the first time, `script` step by step whenever everything rests.
    """

    name: str
    ends: End
    items: tuple[tuple[str, int], ...] = (("MUG-RED", 2),)
    payment_method: str = "pm_ok"
    version: str = "v2"
    prologue: tuple[Step, ...] = ()
    faults: tuple[Fault, ...] = ()
    meanwhile: Mapping[Moment, Step] = field(default_factory=dict)
    script: tuple[Step, ...] = ()
