"""The model has the transitions of the definition."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.model import engine
from tests.model.world import ENDED
from tests.support.definition import load

ASKS_BY_MAIL = "RequestApproval"
"""Not in the model: the order continues to wait, with or without the e-mail."""
LEFT_OUT = (ASKS_BY_MAIL, "OrderInterrupted")
"""Neither is a history that became long."""
NOT_IN_THE_MODEL = ("CustomerUnknown", "PaymentMismatch", "PaymentNotSettled", "PaymentPending")
"""The model's customers exist, and its provider captures what was approved, at once."""
PASSED_BY = (
    *("RouteStart", "EnrichOrder", "SendCancellationEmail"),
    *("RouteBackOff", "LengthenBackOff", "BackOff"),
)


def test_the_models_execution_takes_the_ways_of_the_definition() -> None:
    states = load()["States"]

    ways = {name: _led_to(states, states[name]["Next"]) for name in engine.NEXT}
    choices = states["RouteDecision"]["Choices"]

    assert ways == engine.NEXT
    assert states[ASKS_BY_MAIL]["Next"] == states[ASKS_BY_MAIL]["Catch"][0]["Next"] == "AwaitSignal"
    assert states["ApplySignals"]["Next"] == "RouteDecision"
    assert {
        **{
            c["StringEquals"]: _led_to(states, c["Next"])
            for c in choices
            if c["Next"] not in LEFT_OUT
        },
        "compensate": states["RouteDecision"]["Default"],
    } == engine.DECIDED
    compensates, continues, _ = states["RouteStart"]["Choices"]
    assert compensates["Next"] == engine.COMPENSATION
    assert continues["Next"] == engine.DECIDES
    assert _led_to(states, "EnrichOrder") == engine.FIRST_STATE


@pytest.mark.parametrize("name", [*engine.NEXT, engine.DECIDES])
def test_the_models_execution_catches_as_the_definition_does(name: str) -> None:
    states = load()["States"]

    for catcher in states[name]["Catch"]:
        for error in catcher["ErrorEquals"]:
            wanted = _led_to(states, catcher["Next"])
            assert error in NOT_IN_THE_MODEL or engine.caught(name, error) == wanted


def _led_to(states: Mapping[str, Any], name: str) -> str:
    """The next state that the model has: it passes by enrichment, pauses and mails."""
    while name in PASSED_BY:
        name = states[name].get("Next") or states[name]["Default"]
    ends = (states["UpdateOrderStatus"]["Next"], "RouteEnd", "OrderFailed", "OrderTakenOver")
    return ENDED if name in ends else name
