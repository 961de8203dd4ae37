"""What the model remembers: orders, executions, shelves. Nothing here knows the production code."""

from dataclasses import dataclass, field

PRICE = 1000
"""Minor units of one unit of any SKU."""
APPROVAL_MS = 900_000
LOOKED_EVERY_MS = 60_000

Body = tuple[object, ...]
"""What a signal asks for, beginning with its kind."""


@dataclass(slots=True)
class Call:
    """A function that an execution asked for. The answer of an abandoned one is ignored;
    `wait` numbers the wait that it begins.
    """

    function: str
    epoch: int
    wait: int = 0
    heard: bool = True


@dataclass(slots=True)
class Execution:
    """One execution: `waiting` is the number of its present wait, `left` its open branches;
    `pausing` after a step that failed for no business reason.
    """

    alive: bool = True
    waiting: int | None = None
    left: int = 0
    attempts: int = 0
    failure: str = ""
    pausing: bool = False


@dataclass(slots=True)
class Shelf:
    """Units of one SKU and where they are."""

    available: int
    held: int = 0
    sold: int = 0


@dataclass(slots=True)
class Predicted:
    """One order as it should be. `reason` is how `last_error` begins."""

    order_id: str
    version: str
    lines: dict[str, int]
    stage: str = "start"
    revision: int = 1
    epoch: int = 1
    start_pending: bool = True
    reserved: bool = False
    charged: bool = False
    cancelled: bool = False
    reason: str = ""
    deadline: int | None = None
    last_heartbeat_at: int | None = None
    cancel: str | None = None
    token: int | None = None
    waits: int = 0
    approved_minor: int | None = None
    owes_payment: bool = False
    captured_minor: int = 0
    refunded_minor: int = 0
    inbox: dict[str, Body] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    mails: list[str] = field(default_factory=list)
    executions: dict[int, Execution] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    provider: list[str] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        return self.stage in ("completed", "cancelled", "failed")

    @property
    def pending(self) -> list[str]:
        """Ids of the signals without an outcome, oldest first."""
        return [one for one in self.inbox if one not in self.outcomes]

    @property
    def total_minor(self) -> int:
        return PRICE * sum(self.lines.values())

    @property
    def execution(self) -> Execution | None:
        """The execution that owns the order, if it was ever started."""
        return self.executions.get(self.epoch)

    @property
    def open_calls(self) -> list[str]:
        """The functions that the owner has asked for, oldest first."""
        return [call.function for call in self.calls if call.epoch == self.epoch]
