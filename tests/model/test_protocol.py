"""The protocol keeps its invariants in every order of events; its mutants do not."""

import sys
from collections.abc import Iterator
from functools import lru_cache

import pytest

from tests.model.__main__ import main
from tests.model.explorer import Exploration, explore
from tests.model.invariants import ALIVE, OF_STATES, OF_WRITES
from tests.model.record import ENDS, Order
from tests.model.report import summary_line, trace_text
from tests.model.rules import BOUNDED, MUTANTS, PROTOCOL, Bounds, Rules
from tests.model.steps import ALPHABET
from tests.model.world import State

pytestmark = pytest.mark.proof

AT_LEAST = {(3, 0): 10_000, (2, 1): 40_000, (1, 2): 50_000}
"""Fewer states would mean that something no longer happens in the model."""


@lru_cache
def explored(bounds: Bounds) -> Exploration:
    return explore(bounds)


@pytest.mark.parametrize("bounds", BOUNDED, ids=str)
def test_the_protocol_breaks_no_invariant(
    bounds: Bounds, capsys: pytest.CaptureFixture[str]
) -> None:
    found = explored(bounds)

    with capsys.disabled():
        sys.stdout.write(f"\n{summary_line(found, bounds)}\n")
    assert found.violation is None, trace_text(found.violation)
    assert len(found.states) > AT_LEAST[bounds]


@pytest.mark.parametrize("name", MUTANTS)
def test_a_protocol_with_one_rule_less_breaks_the_invariant_that_needs_it(name: str) -> None:
    mutant = MUTANTS[name]

    found = explore(mutant.bounds, mutant.rules)

    assert found.violation is not None, f"{name} survives {len(found.states)} states"
    assert found.violation.invariant == mutant.killed_by
    assert trace_text(found.violation).endswith(f"broken: {mutant.killed_by}")


def test_the_unmutated_protocol_passes_where_its_mutants_are_detected() -> None:
    for bounds in {mutant.bounds for mutant in MUTANTS.values()}:
        assert explored(bounds).violation is None


def test_every_rule_has_its_mutant() -> None:
    off = {rule for mutant in MUTANTS.values() for rule in mutant.off.split()}

    assert off == set(Rules.__dataclass_fields__)
    assert all(mutant.rules != PROTOCOL for mutant in MUTANTS.values())


def test_the_mutants_name_invariants_that_exist() -> None:
    assert {mutant.killed_by for mutant in MUTANTS.values()} <= {*OF_STATES, *OF_WRITES, ALIVE}


def test_every_pair_and_triple_of_signals_is_accepted_in_every_order() -> None:
    for bounds in ((3, 0), (2, 1)):
        inboxes = {
            tuple((signal.kind, signal.revision) for signal in state.order.inbox)
            for state in explored(Bounds(*bounds)).states
        }
        length = bounds[0]
        assert len({one for one in inboxes if len(one) == length}) == len(ALPHABET) ** length


def test_the_exploration_reaches_every_end_of_an_order() -> None:
    orders = {state.order for state in explored(Bounds(signals=2, faults=1)).states}
    settled = {pair for order in orders for pair in _outcomes(order)}

    assert {order.stage for order in orders} >= ENDS
    assert settled == {
        ("approve-payment", "applied"),
        ("approve-payment", "stale"),
        ("approve-payment", "superseded"),
        ("add-line-item", "applied"),
        ("add-line-item", "rejected"),
        ("add-line-item", "superseded"),
        ("cancel-order", "applied"),
        ("decline-payment", "applied"),
        ("decline-payment", "superseded"),
    }
    assert max(order.epoch for order in orders) == 2
    assert any(order.stage == "completed" and order.revision == 2 for order in orders)


def test_the_exploration_reaches_refunds_voided_payments_and_abandoned_captures() -> None:
    states = explored(Bounds(signals=2, faults=1)).states

    assert any(state.provider.refunded for state in states)
    assert any(state.provider.closed and not state.provider.captured for state in states)
    assert any(_abandoned(state, "ProcessPayment") for state in states)
    assert any(state.late and state.order.pending for state in states)


def test_the_command_line_prints_how_a_mutant_is_detected(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--trace", "no-dedupe"]) == 0

    output = capsys.readouterr().out
    assert "a repeated signal is appended again" in output
    assert "receives approve-payment (signal 1) again" in output
    assert "broken: accepted signals are kept once" in output


def test_the_command_line_prints_the_number_of_states(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--bounds", "0", "0"]) == 0

    assert "states" in capsys.readouterr().out


def _outcomes(order: Order) -> Iterator[tuple[str, str]]:
    for signal, outcome in zip(order.inbox, order.outcomes, strict=False):
        yield signal.kind, outcome


def _abandoned(state: State, activity: str) -> bool:
    return any(worker.activity == activity for worker in state.others)
