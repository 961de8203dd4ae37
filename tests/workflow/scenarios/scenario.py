"""A scenario: an order, injected faults, actions of users, and the expected end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lambdas.domain.record.order import Enrichment
from tests.workflow.faults import Fault
from tests.workflow.lambda_service import Moment
from tests.workflow.world import World

Step = Callable[[World], object]
"""An action while no execution is busy, or at a moment of a handler."""

ORDERED = 1800
"""Two red mugs, in cents."""

FOUND = Enrichment(customer_tier="gold", inventory_ok=True, recommendations=("COFFEE-1KG",))
UNFINISHED = Enrichment()
"""The reservation writes the result of the enrichment, so an order without one has no result. It is
not compared if the enrichment failed or its execution was lost.
"""


@dataclass(frozen=True, kw_only=True)
class End:
    """Everything that is compared. `verdicts` classify the history of each execution; `retried`
    counts attempts after the first; `stock` is (available, held, sold) of the SKUs that moved;
    `payment` is (captured, refunded).
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
class Scenario:
    """`prologue` runs before the order is placed; `meanwhile` before or after the first run of a
    state's handler; each step of `script` when no execution is busy.
    """

    name: str
    ends: End
    payment_method: str = "pm_ok"
    version: str = "v2"
    prologue: tuple[Step, ...] = ()
    faults: tuple[Fault, ...] = ()
    meanwhile: Mapping[Moment, Step] = field(default_factory=dict)
    script: tuple[Step, ...] = ()
