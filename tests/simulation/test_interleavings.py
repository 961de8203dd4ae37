"""One event at every call of an order, and a signal followed by another event, break nothing."""

import pytest

from tests.simulation.runs.interleavings import SIGNAL_EVENTS, Event, pairs_with, single_events


def test_an_event_at_any_call_of_an_order_breaks_no_invariant() -> None:
    runs = list(single_events())

    assert [problem for problems in runs for problem in problems] == []
    assert len(runs) > 400  # fewer would mean that some event no longer happens


@pytest.mark.proof
@pytest.mark.parametrize("signal", SIGNAL_EVENTS, ids=str)
def test_a_signal_and_any_later_event_break_no_invariant(signal: Event) -> None:
    runs = list(pairs_with(signal))

    assert [problem for problems in runs for problem in problems] == []
    assert len(runs) > 3_000
