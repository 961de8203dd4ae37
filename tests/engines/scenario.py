"""A scenario in terms that the runner of every engine supports."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Goods(NamedTuple):
    """A product: units in stock, price in cents, and related SKUs."""

    available: int
    price: int
    related: tuple[str, ...] = ()


STOCK: Mapping[str, Goods] = {
    "MUG": Goods(100, 900, ("TEA", "GONE")),
    "TEA": Goods(50, 1250),
    "RARE": Goods(1, 50_000),
    "GONE": Goods(0, 700),
}
"""The stock at the start of every scenario."""

REASON = "changed my mind"


@dataclass(frozen=True, slots=True)
class Approve:
    """The approver approves this revision, or the current one."""

    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Add:
    """The customer adds an item."""

    sku: str
    quantity: int


class Act(StrEnum):
    """A step without parameters."""

    CANCEL = "the customer cancels"
    DECLINE = "the approver declines"
    DEADLINE = "the approval deadline passes"
    STOP = "an operator stops the execution, and the janitor gets the event"


Step = Approve | Add | Act


class Moment(StrEnum):
    """A moment between two invocations."""

    CHARGED_UNANSWERED = "the provider has charged, its response is lost"
    CHARGED = "the charge is on the ledger, the order is not completed yet"


class InjectedFault(StrEnum):
    """An injected fault."""

    RECOMMENDATIONS = "the function of the recommendations fails twice"
    MAIL = "the first e-mail is refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """`steps` happen in sequence, each while the order waits and no signal is pending; `then`
    happens after them, at its moment. An order whose final `stage` is `compensating` does not end:
    the scenario ends before the janitor retries the compensation.
    """

    name: str
    steps: tuple[Step, ...] = (Approve(),)
    then: tuple[Moment, Step] | None = None
    fault: InjectedFault | None = None
    items: tuple[tuple[str, int], ...] = (("MUG", 2),)
    payment_method: str = "pm_ok"
    version: str = "v2"
    stage: str = "completed"
