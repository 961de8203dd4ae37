"""A scenario in words that every engine's player understands."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Goods(NamedTuple):
    """A product: units in stock, price in cents, and what goes well with it."""

    available: int
    price: int
    related: tuple[str, ...] = ()


SHELVES: Mapping[str, Goods] = {
    "MUG": Goods(100, 900, ("TEA", "GONE")),
    "TEA": Goods(50, 1250),
    "RARE": Goods(1, 50_000),
    "GONE": Goods(0, 700),
}
"""What every scenario finds in stock."""

REASON = "changed my mind"


@dataclass(frozen=True, slots=True)
class Approve:
    """The approver approves this revision, or the one that is shown."""

    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Add:
    """The customer adds an item."""

    sku: str
    quantity: int


class Act(StrEnum):
    """What needs no more words."""

    CANCEL = "the customer cancels"
    DEADLINE = "the approval deadline passes"
    STOP = "somebody stops the execution, and the janitor hears of it"


Step = Approve | Add | Act


class Moment(StrEnum):
    """Between two calls of functions."""

    CHARGED_UNANSWERED = "the provider has charged, its answer is lost"
    CHARGED = "the charge is on the ledger, the order is not completed yet"


class Mishap(StrEnum):
    """What goes wrong without anybody's doing."""

    RECOMMENDATIONS = "the function of the recommendations fails twice"
    MAIL = "the first mail is refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """`steps` happen one after the other, each while the order waits and has nothing left to
    apply; `then` happens at its moment after them. A `stuck` order does not end: the scenario
    does, before the janitor comes.
    """

    name: str
    steps: tuple[Step, ...] = (Approve(),)
    then: tuple[Moment, Step] | None = None
    mishap: Mishap | None = None
    items: tuple[tuple[str, int], ...] = (("MUG", 2),)
    payment_method: str = "pm_ok"
    version: str = "v2"
    stuck: bool = False
