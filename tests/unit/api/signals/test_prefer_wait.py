"""`Prefer: wait` on a signal: how long the answer waits for an outcome."""

import pytest

from tests.support.api_caller import ApiCaller
from tests.support.world import World
from tests.unit.api.signals.sending import send, settle


def test_with_prefer_wait_the_outcome_is_answered_once_it_is_there(
    api: ApiCaller, world: World
) -> None:
    order = world.place()
    world.clock.during_sleep = lambda: settle(world, order, "stale")

    answer = send(api, order, "approve-payment", prefer="wait=5")

    assert answer.status == 200
    assert answer.json["outcome"] == "stale"
    assert answer.headers["preference-applied"] == "wait=5"
    assert len(world.clock.slept) == 1


def test_with_prefer_wait_an_outcome_that_does_not_come_is_not_waited_for_longer(
    api: ApiCaller, world: World
) -> None:
    answer = send(api, world.place(), "cancel-order", prefer="wait=3")

    assert answer.status == 202
    assert answer.json["outcome"] is None
    assert sum(world.clock.slept) == 3


@pytest.mark.parametrize(
    ("prefer", "applied"),
    [
        ("wait=60", 10),
        ("wait=0", 0),
        ("respond-async, wait=2", 2),
        ("Wait = 1; x=y", 1),
        ('wait="5"', 5),
        ("wait=2, wait=9", 2),
        ('x="wait=9, y", wait=3', 3),
        (f"{'x' * 4000}, wait=4", 4),
        *((other, None) for other in ("wait=soon", "wait=-1", "wait=1.5", "foo; wait=5")),
        *((other, None) for other in ("await=5", "return=minimal")),
    ],
)
def test_the_wait_is_capped_and_found_among_other_preferences(
    api: ApiCaller, world: World, prefer: str, applied: int | None
) -> None:
    answer = send(api, world.place(), "cancel-order", prefer=prefer)

    shown = None if applied is None else f"wait={applied}"
    assert (answer.status, answer.headers.get("preference-applied")) == (202, shown)
    assert sum(world.clock.slept) == (applied or 0)
