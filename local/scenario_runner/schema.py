"""The steps of scenarios, and the fields of each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fields:
    """The required and optional fields of a step, besides `do`."""

    required: frozenset[str]
    optional: frozenset[str]


def _step(required: str = "", optional: str = "") -> Fields:
    return Fields(frozenset(required.split()), frozenset(optional.split()))


_SIGNAL = "order by outcome refused"

STEPS = {
    # User actions over HTTP. `order` names the order if a scenario has more than one; `by` is the
    # token to use; `outcome` is waited for; `refused` is the expected HTTP status.
    "place": _step("items", "order by payment_method version customer"),
    "approve": _step("", f"revision {_SIGNAL}"),
    "decline": _step("reason", _SIGNAL),
    "add": _step("sku quantity", _SIGNAL),
    "cancel": _step("reason", _SIGNAL),
    "heartbeat": _step("", "order by"),
    "wait": _step("stage", "order"),
    # Actions that users cannot do: wait for the execution, inject faults, change the tables.
    "wait-for-token": _step("", "order"),
    "wait-for-charge": _step("", "order"),
    "wait-for-ledger": _step("effect state", "order"),
    "fault": _step("service action effect", "times error status seconds after function"),
    "faults-used-up": _step(),
    "stop-execution": _step("", "order"),
    "lose-token": _step("", "order"),
    # Events at the payment provider: `what` is payment or refund, `event` is one of EVENTS.
    "wait-for-pending": _step("what", "order"),
    "provider-settles": _step("", "order"),
    "refund-fails": _step("", "order"),
    "refund-by-hand": _step("minor", "order"),
    "report": _step("event", "order"),
}

EVENTS = ("captured", "pending", "refunded", "refund-failed")
"""What a report of the payment provider says. The system looks the payment up in any case."""

DEFAULT_METHOD = "pm_ok"
ORDER = "order"
"""The default name of an order."""

INVARIANTS = ("stock", "money", "signals", "finality", "deadline", "epochs", "privacy")
MAILS = ("confirmation", "cancellation", "none")
STAGES = ("completed", "cancelled", "failed")
