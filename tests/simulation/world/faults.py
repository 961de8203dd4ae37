"""The failures of calls to the outside world."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lambdas.domain import errors


class Fault(StrEnum):
    """One injected at one call to the outside."""

    THROTTLED = "throttled"
    LOST = "answer lost"
    RESENT = "answer lost, the SDK sends the request again"
    CONFLICT = "conflict"
    CRASH_BEFORE = "crash before"
    CRASH_AFTER = "crash after"
    LATE = "given up, done later"
    ZOMBIE = "task times out, call continues"
    DUPLICATE = "invoked twice"
    DOORBELL = "doorbell lost"
    POISON = "refused for good"
    DEFECT = "unexpected error"
    OUTAGE = "the service is down"


ANYWHERE = (
    Fault.THROTTLED,
    Fault.LOST,
    Fault.RESENT,
    Fault.CONFLICT,
    Fault.CRASH_BEFORE,
    Fault.CRASH_AFTER,
    Fault.LATE,
    Fault.ZOMBIE,
    Fault.DUPLICATE,
    Fault.DOORBELL,
)
"""What strikes at random. A refusal is an answer of the application and not a failure, and a defect
never goes away by itself: only the matrix of faults asks for them. Outages last: see `Outage`.
"""

READS = frozenset(
    {"store.get", "store.find_by_key", "store.timeline", "index.due", "index.page"}
    | {"catalogue.stock", "customers.find", "engine.status", "payments.look_up"}
    | {"reservations.find", "store.stock", "store.open_shards"}
)

Raised = Callable[[str], errors.OrderError]
_STORE = (errors.StoreUnavailable, errors.StoreUnavailable)
ERRORS: Mapping[str, tuple[Raised, Raised]] = {
    "store": _STORE,
    "index": _STORE,
    "catalogue": _STORE,
    "reservations": _STORE,
    "customers": _STORE,
    "payments": (errors.ProviderUnavailable, errors.PaymentUnsettled),
    "notifier": (errors.NotifierUnavailable, errors.MailUnsettled),
    "operations": (errors.OperationsUnavailable, errors.OperationsUnavailable),
    "engine": (errors.EngineUnavailable, errors.EngineUnavailable),
}
"""By port: the adapter's errors for a call without effect, and for an unknown effect."""

ERRORS_AT: Mapping[str, tuple[Raised, Raised]] = {
    "payments.prepare": (errors.ProviderUnavailable, errors.ProviderUnavailable),
    "payments.look_up": (errors.PaymentUnsettled, errors.PaymentUnsettled),
}
"""By call, where the port's contract differs: preparing moves no money, and a payment that cannot
be looked up stays unknown."""

LAMBDA = "lambda"
SERVICES: Mapping[str, frozenset[str]] = {
    "tables": frozenset({"store", "index", "catalogue", "customers"}),
    "inventory": frozenset({"reservations"}),
    "provider": frozenset({"payments"}),
    "mail": frozenset({"notifier"}),
    "operations queue": frozenset({"operations"}),
    "executions": frozenset({"engine"}),
    "functions": frozenset({LAMBDA}),
}
EVERYTHING = frozenset().union(*SERVICES.values())
"""Services that may be down, by the ports that lead to them; `lambda` is the invocation itself."""

LIKE_DYNAMODB = frozenset({"store.commit", "store.create", "store.append_signal"})


@dataclass(frozen=True, slots=True)
class Outage:
    """Ports that do not answer between two instants (milliseconds after the start)."""

    ports: frozenset[str]
    from_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Call:
    """One call to the outside: the `number`th of the whole simulation, the `own`th (from 0) of
    the `invocation`th (from 1) call of a function.
    """

    number: int
    function: str
    invocation: int
    own: int
    point: str
    is_activity: bool


@dataclass(frozen=True, slots=True)
class InjectedFault:
    """A fault that struck a function at some instant; `order_id` is empty where that did not work
    for one order alone.
    """

    at: int
    fault: Fault
    function: str
    order_id: str


Plan = Callable[[Call], Fault | None]
"""Decides which calls go wrong."""


def possible(fault: Fault, point: str, *, is_activity: bool) -> bool:
    """False where a fault would be none."""
    if fault is Fault.CONFLICT:
        return point in LIKE_DYNAMODB
    if fault is Fault.DOORBELL:
        return point == "engine.ring"
    if fault is Fault.LATE:
        return point not in READS
    if fault is Fault.RESENT:
        return point not in READS and point != "notifier.send"  # its client sends once
    if fault is Fault.DUPLICATE:
        return is_activity
    return True


EFFECTS = {
    **dict.fromkeys(
        ("FetchInventorySnapshot", "FetchCustomerProfile", "FetchRecommendations"), "store.get"
    ),
    "ProcessPayment": "payments.capture",
    "RefundPayment": "payments.refund",
    "RequestApproval": "notifier.send",
    "SendOrderConfirmation": "notifier.send",
    "SendCancellationEmail": "notifier.send",
}
"""The call of an activity that matters most, where it is not `store.commit`."""
