"""The model's execution moves through its states as the definition says."""

from collections.abc import Mapping
from typing import Any

from tests.model import engine
from tests.model.world import ENDED
from tests.support.definition import load

ASKS_BY_MAIL = "RequestApproval"
"""Not in the model: whatever comes of the mail, the order goes on waiting."""


def test_the_models_execution_takes_the_ways_of_the_definition() -> None:
    states = load()["States"]

    ways = {name: _led_to(states, states[name]["Next"]) for name in engine.NEXT}
    caught = {
        name: {_led_to(states, rule["Next"]) for rule in states[name]["Catch"]}
        for name in engine.CAUGHT
    }
    choices = states["RouteDecision"]["Choices"]

    assert ways == engine.NEXT
    assert states[ASKS_BY_MAIL]["Next"] == states[ASKS_BY_MAIL]["Catch"][0]["Next"] == "AwaitSignal"
    assert states["ApplySignals"]["Next"] == "RouteDecision"
    assert caught == {name: {state} for name, state in engine.CAUGHT.items()}
    assert {
        **{c["StringEquals"]: c["Next"] for c in choices if c["Next"] != ASKS_BY_MAIL},
        "compensate": states["RouteDecision"]["Default"],
    } == engine.DECIDED
    assert states["RouteStart"]["Choices"][0]["Next"] == engine.COMPENSATION
    assert _led_to(states, "EnrichOrder") == engine.FIRST_STATE


def _led_to(states: Mapping[str, Any], name: str) -> str:
    """The next state that the model has: it passes by enrichment, pauses and mails."""
    while name in ("EnrichOrder", "BackOff", "SendCancellationEmail"):
        name = states[name]["Next"]
    ends = ("SendOrderConfirmation", "RouteEnd", "OrderFailed")
    return ENDED if name in ends else name
