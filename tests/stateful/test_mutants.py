"""The machine can fail: it finds each of these faults in the application."""

from collections.abc import Mapping

import pytest

from lambdas.activities import inventory, payment
from lambdas.domain.record.signals import Signal
from tests.replay.code_mutants import CODE_MUTANTS, CodeMutant, Edit
from tests.simulation.mutants import MUTANTS
from tests.stateful.running import run

pytestmark = pytest.mark.proof

EXAMPLES, STEPS = 600, 40


def _simulated(name: str) -> CodeMutant:
    known = MUTANTS[name]
    return CodeMutant("", (Edit(known.target, known.name, known.replacement),))


FAULTS: Mapping[str, CodeMutant] = {
    "any body is the same request": CodeMutant(
        "", (Edit(Signal, "same_request", lambda self, other: True),)
    ),
    "stock is not released": CodeMutant("", (Edit(inventory, "release", lambda order, now: None),)),
    "nothing is refunded": CodeMutant("", (Edit(payment, "owes", lambda ledger, effect: False),)),
    "signals are repeated": _simulated("signal-twice"),
    "revisions are not checked": _simulated("stale-approval"),
    "epochs are not checked": _simulated("no-epoch-check"),
    "executions follow the newest definition": _simulated("newest-definition"),
    "the deadline comes before signals": CODE_MUTANTS["expire-before-applying"],
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_machine_finds_that(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    FAULTS[fault].apply(monkeypatch)
    with pytest.raises((AssertionError, ValueError)):
        run(examples=EXAMPLES, steps=STEPS, shrinks=False)
