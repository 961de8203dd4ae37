"""Every activity's Lambda meets every mishap once: the end is the same as without it."""

from dataclasses import replace

import pytest

from lambdas.domain.record.order import Enrichment
from tests.support import definition
from tests.workflow.checks import problems
from tests.workflow.faults import LambdaFault, Mishap
from tests.workflow.histories import IN_PARALLEL
from tests.workflow.stories.approvals import HAPPY, HAPPY_V1
from tests.workflow.stories.asking import SEEN_TOO_LATE
from tests.workflow.stories.ends import FAILED_LOOP, LOOP, PAY, TO_WAIT
from tests.workflow.stories.payments import CANCELLED_IN_FLIGHT
from tests.workflow.stories.story import End, Story
from tests.workflow.stories.telling import ending, tell
from tests.workflow.world import World

pytestmark = pytest.mark.proof

COMPENSATIONS = frozenset({"RefundPayment", "ReleaseStock", "SendCancellationEmail", "CloseOrder"})
ACTIVITIES = sorted(
    {definition.placeholder(task) for task in definition.tasks(definition.load()).values()}
)
MISHAPS = (
    (Mishap.CRASHED, 1),
    (Mishap.ANSWER_LOST, 1),
    (Mishap.OVERDUE, 1),
    (Mishap.THROTTLED, 2),
)


@pytest.mark.parametrize("activity", ACTIVITIES)
@pytest.mark.parametrize(("mishap", "times"), MISHAPS, ids=[f"{m.name} {n}x" for m, n in MISHAPS])
def test_ends_the_same_when_an_activity_meets_a_mishap(
    activity: str, mishap: Mishap, times: int, world: World
) -> None:
    story, state = _told(activity, mishap)

    tell(replace(story, faults=(LambdaFault(mishap, activity, times),)), world)

    assert ending(world) == _same_end(story.ends, state, times)
    assert problems(world) == []


def _told(activity: str, mishap: Mishap) -> tuple[Story, str]:
    """A story that comes by the activity, and the state in which it does."""
    if activity in COMPENSATIONS:
        return CANCELLED_IN_FLIGHT, activity
    if activity == "RequestApproval":
        return SEEN_TOO_LATE, activity
    if activity in IN_PARALLEL and mishap is Mishap.OVERDUE:
        return HAPPY_V1, f"{activity}V1"  # while one is overdue, its siblings would become so too
    return HAPPY, activity


def _same_end(end: End, state: str, times: int) -> End:
    """The same end; the way there has one more attempt, or one more pause, for each mishap."""
    if state == "AwaitSignal":
        return replace(end, paths=((*TO_WAIT, *FAILED_LOOP * times, *LOOP, *PAY),))
    if state == "FetchRecommendations" and times > 1:
        nothing_recommended = Enrichment(customer_tier="gold", inventory_ok=True)
        return replace(end, retried={state: 1}, found=nothing_recommended)
    if state == "RequestApproval" and times > 1:
        unasked = {name: how for name, how in end.ledger.items() if name != "mail-approval-1"}
        return replace(end, retried={state: 1}, ledger=unasked, mails=("confirmed",))
    return replace(end, retried={state: times})
