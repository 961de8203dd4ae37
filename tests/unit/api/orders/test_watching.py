"""The history of a watched order is read only when it may have new events."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.support.api_caller import OPERATOR, Answer, ApiCaller
from tests.support.definition import load
from tests.support.execution_histories import HistoryBuilder
from tests.support.world import World

VIEWS = ["execution", "history"]
Read = Callable[[], Answer]


@pytest.fixture(params=VIEWS)
def view(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class Watcher:
    """Polls one view of an order as the console does; `reads` counts histories that were read."""

    def __init__(self, api: ApiCaller, world: World, view: str) -> None:
        self.api, self.world = api, world
        self.order = world.place(updated_at=world.clock.now())
        world.engine.definitions[self.order.execution] = load()
        self.set_history(HistoryBuilder().ok("ReserveStock").enter("AwaitSignal"))
        self.path = f"/orders/{self.order.order_id}/{view}"
        self.tag = ""

    @property
    def reads(self) -> int:
        return self.world.engine.histories_read

    def set_history(self, history: HistoryBuilder) -> None:
        self.world.engine.histories[self.order.execution] = tuple(history.events)

    def poll(self) -> int:
        answer = self.api.get(self.path, OPERATOR, headers={"If-None-Match": self.tag})
        self.tag = answer.headers["etag"]
        assert (answer.text == "") == (answer.status == 304)
        return answer.status

    def watch(self, seconds: int) -> None:
        for _ in range(seconds):
            self.world.clock.advance(1)
            self.poll()


@pytest.fixture
def watcher(api: ApiCaller, world: World, view: str) -> Watcher:
    return Watcher(api, world, view)


def test_watching_a_waiting_order_for_an_hour_reads_its_history_a_few_times(
    watcher: Watcher,
) -> None:
    assert watcher.poll() == 200

    watcher.watch(600)
    assert watcher.reads <= 12

    watcher.watch(3_000)
    assert watcher.reads <= 12 + 3_000 // 300


def test_an_answer_is_current_as_long_as_the_order_was_unchanged(
    watcher: Watcher, world: World
) -> None:
    world.clock.advance(60)
    watcher.poll()

    world.clock.advance(59)
    assert watcher.poll() == 304
    world.clock.advance(1)
    assert watcher.poll() == 200


def test_a_change_of_the_order_shows_at_once(watcher: Watcher, world: World) -> None:
    watcher.poll()
    watcher.watch(60)
    before = watcher.reads

    world.another_write(watcher.order)

    assert watcher.poll() == 200
    assert watcher.reads == before + 1


def test_events_after_the_last_change_show_within_seconds(watcher: Watcher, world: World) -> None:
    """The mail is sent after the record was written last."""
    changed = replace(watcher.order, sequence=9, updated_at=world.clock.now())
    world.store.put(changed)
    watcher.poll()
    watcher.set_history(HistoryBuilder().ok("UpdateOrderStatus").add("ExecutionSucceeded"))

    watcher.watch(2)

    assert watcher.reads == 2


def test_the_history_of_an_ended_execution_is_read_once(watcher: Watcher) -> None:
    watcher.set_history(HistoryBuilder().ok("UpdateOrderStatus").add("ExecutionSucceeded"))

    assert watcher.poll() == 200
    watcher.watch(1_000)

    assert watcher.reads == 1


def test_a_redriven_execution_has_not_ended(watcher: Watcher) -> None:
    watcher.set_history(
        HistoryBuilder().add("ExecutionFailed").add("ExecutionRedriven").enter("ReserveStock")
    )
    watcher.poll()

    watcher.watch(10)

    assert watcher.reads > 1


@pytest.mark.parametrize(
    "tag",
    [
        "*",
        'W/"other-1.1.ended"',
        'W/"{execution}.{sequence}.99999999999999"',
        'W/"{execution}.{sequence}.-1"',
        'W/"{execution}.{sequence}.²"',
        'W/"{execution}.7.ended"',
    ],
)
def test_a_tag_that_no_answer_had_is_not_current(watcher: Watcher, tag: str) -> None:
    order = watcher.order
    watcher.tag = tag.format(execution=order.execution, sequence=order.sequence)

    assert watcher.poll() == 200


def test_one_of_several_tags_is_enough(watcher: Watcher) -> None:
    watcher.poll()
    watcher.tag = f'"other",{watcher.tag}'

    assert watcher.poll() == 304


def test_a_later_epoch_is_another_answer(watcher: Watcher, world: World) -> None:
    watcher.set_history(HistoryBuilder().add("ExecutionAborted"))
    watcher.poll()
    world.store.put(replace(world.now(watcher.order), epoch=2))

    assert watcher.poll() == 200
