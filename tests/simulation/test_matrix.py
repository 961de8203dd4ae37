"""Every activity, fault and number of faults, and every pair of faults: every invariant holds.

Ends: C completed, F failed, X cancelled; + when another execution had to take over. A fault at a
forward step ends an order only if it is a refusal before the charge; other faults only delay it.
"""

import pytest

from tests.simulation.runs.fault_pairs import SINGLES, all_pairs, wrong
from tests.simulation.runs.matrix import FAULTS, HELD_UP, TIMES, asked_for, cell
from tests.support.activities import BACKWARD, FORWARD

REFUSABLE = {"FetchInventorySnapshot", "FetchCustomerProfile", "ReserveStock", "ProcessPayment"}
"""Steps before the charge, of which a business error ends the order."""
BEFORE_THE_WAIT = REFUSABLE - {"ProcessPayment"}
ENRICHMENT = {"FetchInventorySnapshot", "FetchCustomerProfile"}
"""They only read, so an attempt whose answer is lost has no effect either."""
WITHOUT_EFFECT = ("throttled", "crash-before", "defect")
UNANSWERED = ("answer-lost", "crash-after")

SHARES = 6
"""Number of tests that the pairs are divided into, so that workers can run them in parallel."""


def ends(activity: str, fault: str, times: str) -> set[str]:
    """The ends that are right for an approved order."""
    if activity in BACKWARD:
        return _ends_back(activity, fault, times)
    if fault == "poison" and activity in REFUSABLE:
        return {"F"}
    if fault == "poison" and activity == "UpdateOrderStatus":
        return {"C+"}  # nothing turns a charged order back: the next execution completes it
    lost = (*WITHOUT_EFFECT, *UNANSWERED) if activity in ENRICHMENT else WITHOUT_EFFECT
    if times == "always" and activity in BEFORE_THE_WAIT and fault in lost:
        return {"X"}  # it begins to wait when the faults stop, after the last approval
    if times == "always" and activity in BEFORE_THE_WAIT and fault == "zombie":
        return {"C", "X"}  # depends on whether an abandoned call arrives before the approver leaves
    if times == "always" and activity == "ApplySignals":
        return {"C", "C+"}  # the janitor does not wait for a pause to end
    return {"C"}


def _ends_back(activity: str, fault: str, times: str) -> set[str]:
    """The ends of an order that was charged and then cancelled."""
    if activity == "SendCancellationEmail":
        return {"X"}
    if fault in ("poison", "defect"):
        return {"X+"}
    if times in ("once", "twice", "flapping"):
        return {"X"}
    if fault == "zombie":
        return {"X", "X+"}  # depends on when abandoned calls arrive
    # What was written, or refunded at the provider, is found by the next attempt.
    return {"X"} if fault in UNANSWERED else {"X+"}


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("activity", [*FORWARD, *BACKWARD])
def test_ends_as_the_rules_say(activity: str, fault: str, times: str) -> None:
    found = cell(activity, fault, times)

    assert found.problems == []
    assert found.end in ends(activity, fault, times)
    assert found.struck > 0, (
        f"name a call that {activity} makes in EFFECTS of simulation/world/faults.py"
    )
    if fault == "throttled":
        assert found.struck >= asked_for(activity, times)


@pytest.mark.parametrize("activity", BACKWARD)
def test_an_order_on_its_way_back_was_cancelled_before_its_completion(activity: str) -> None:
    found = [cell(activity, fault, times) for fault in FAULTS for times in TIMES]

    assert not any(HELD_UP in one.unused_faults for one in found)


@pytest.mark.proof
@pytest.mark.parametrize("share", range(SHARES))
def test_no_pair_of_faults_breaks_anything(share: int) -> None:
    found = [problem for pair in list(all_pairs())[share::SHARES] for problem in wrong(pair)]

    assert found == []


def test_there_is_a_pair_of_everything() -> None:
    assert len(SINGLES) == 98
    assert len(list(all_pairs())) == 98 * 99 // 2
