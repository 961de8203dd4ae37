"""Faults: of Lambda invocations, and of calls to AWS services."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

ALWAYS = 1_000_000
SDK_ATTEMPTS = 2
"""How often the SDK tries one call."""


class InvocationEffect(Enum):
    """What happens to an invocation."""

    THROTTLED = "Lambda answers 429; the handler does not run"
    ANSWER_LOST = "the handler runs, its answer is lost"
    ABANDONED = "the handler runs much later, when no execution waits for its response"


@dataclass(frozen=True, slots=True)
class LambdaFault:
    """The next `times` invocations of a state's function have this effect."""

    effect: InvocationEffect
    state: str
    times: int = 1


class CallEffect(Enum):
    """What happens to a call to an AWS service."""

    REFUSED = "the service answers with an error and does nothing"
    DROPPED = "the service answers OK and does nothing"
    ANSWER_LOST = "the service does it and answers with an error"


@dataclass(frozen=True, slots=True, kw_only=True)
class WireFault:
    """The next `times` calls of `operation` ("dynamodb.GetItem"), made by the function of `state`
    if one is named and on `table` if one is named, have this effect.
    """

    effect: CallEffect
    operation: str
    times: int = ALWAYS
    state: str | None = None
    table: str = ""
    code: str = "ServiceUnavailable"
    status: int = 503
    details: Mapping[str, Any] = field(default_factory=dict)


Fault = LambdaFault | WireFault


def throttled(state: str, times: int) -> LambdaFault:
    return LambdaFault(InvocationEffect.THROTTLED, state, times)


def answer_lost(state: str, times: int = 1) -> LambdaFault:
    return LambdaFault(InvocationEffect.ANSWER_LOST, state, times)


def abandoned(state: str, times: int) -> LambdaFault:
    return LambdaFault(InvocationEffect.ABANDONED, state, times)


def refused(operation: str, times: int = ALWAYS, **where: Any) -> WireFault:
    return WireFault(effect=CallEffect.REFUSED, operation=operation, times=times, **where)


def throttled_call(operation: str, times: int) -> WireFault:
    """The service throttles the call and does nothing."""
    return WireFault(
        effect=CallEffect.REFUSED,
        operation=operation,
        times=times,
        code="TooManyRequestsException",
        status=429,
    )


def conflicting(times: int, state: str) -> WireFault:
    """A transaction conflicts with another one on the same item."""
    return WireFault(
        effect=CallEffect.REFUSED,
        operation="dynamodb.TransactWriteItems",
        times=times,
        state=state,
        code="TransactionCanceledException",
        status=400,
        details={"CancellationReasons": [{"Code": "TransactionConflict"}, {"Code": "None"}]},
    )


def dropped(operation: str, times: int = 1, **where: Any) -> WireFault:
    return WireFault(effect=CallEffect.DROPPED, operation=operation, times=times, **where)


def reply_lost(operation: str, times: int = 1, **where: Any) -> WireFault:
    return WireFault(effect=CallEffect.ANSWER_LOST, operation=operation, times=times, **where)
