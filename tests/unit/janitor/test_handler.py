"""The janitor's Lambda handlers: what they read of their events, log and count."""

from collections.abc import Callable, Iterator
from io import StringIO

import pytest

from lambdas.domain.errors import EngineUnavailable, StoreUnavailable
from lambdas.domain.record.stages import Stage
from lambdas.handlers import janitor_handler
from tests.support.invariants import leaks
from tests.support.telemetry import captured_log, lines
from tests.support.world import TOKEN, World


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    monkeypatch.setattr(janitor_handler, "dependencies", lambda: world.deps)
    return world


@pytest.fixture
def log() -> Iterator[StringIO]:
    with captured_log() as stream:
        yield stream


def test_a_sweep_returns_logs_and_counts_what_it_did(
    world: World, log: StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        order = world.place(next_check_at=0, wait_token=TOKEN)
        world.engine.stop(order)
    world.place(next_check_at=0)

    assert janitor_handler.sweep({}, None) == {"taken-over": 2, "running": 1}

    [counted] = lines(capsys.readouterr().out)
    assert (counted["Janitor-taken-over"], counted["Janitor-running"]) == ([2.0], [1.0])
    [directive] = counted["_aws"]["CloudWatchMetrics"]
    units = {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]}
    assert (units["Janitor-running"], units["OldestOpenOrderSeconds"]) == ("Count", "Seconds")
    [swept] = lines(log.getvalue())
    assert (swept["message"], swept["actions"]) == ("swept", {"taken-over": 2, "running": 1})
    assert leaks(log.getvalue(), [TOKEN]) == []


def test_a_sweep_with_nothing_to_do_says_that_nothing_is_overdue(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert janitor_handler.sweep({}, None) == {}

    [measured] = lines(capsys.readouterr().out)
    assert measured["OldestOverdueCheckSeconds"] == [0.0]
    assert measured["OldestOpenOrderSeconds"] == [0.0]


def test_a_sweep_measures_the_age_of_the_oldest_open_order(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.place(Stage.COMPLETED)
    world.place()
    world.clock.advance(3600)
    world.place(Stage.PAYMENT, created_at=world.clock.now())

    janitor_handler.sweep({}, None)

    assert lines(capsys.readouterr().out)[0]["OldestOpenOrderSeconds"] == [3600.0]


@pytest.mark.parametrize(
    ("error", "traced"), [(EngineUnavailable("no answer"), False), (KeyError("a defect"), True)]
)
def test_a_sweep_logs_the_order_that_it_could_not_look_after(
    world: World, log: StringIO, monkeypatch: pytest.MonkeyPatch, error: Exception, traced: bool
) -> None:
    order = world.place(Stage.START, next_check_at=0)
    monkeypatch.setattr(world.engine, "start", failing(error))

    assert janitor_handler.sweep({}, None) == {"failed": 1}

    failed = lines(log.getvalue())[0]
    assert (failed["message"], failed["error"]) == ("reconciliation failed", type(error).__name__)
    assert (failed["order_id"], "exception" in failed) == (order.order_id, traced)


def failing(error: Exception) -> Callable[..., None]:
    def fail(*_args: object, **_options: object) -> None:
        raise error

    return fail


def test_a_sweep_settles_the_stock_of_skus_that_are_no_longer_busy(world: World) -> None:
    now = world.clock.now()
    world.inventory.idle_from = [now, now, now + 1]

    assert janitor_handler.sweep({}, None) == {"stock-settled": 2}
    assert janitor_handler.sweep({}, None) == {}


def test_a_sweep_that_cannot_settle_stock_or_count_orders_reports_the_reasons(
    world: World, log: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.inventory.unavailable = True
    monkeypatch.setattr(world.deps.index, "open_versions", failing(StoreUnavailable("away")))
    world.place(next_check_at=0)

    assert janitor_handler.sweep({}, None) == {"running": 1}

    errors = [line.get("error") for line in lines(log.getvalue())]
    assert errors == ["StoreUnavailable", "StoreUnavailable", None]


def stopped(name: str) -> dict[str, dict[str, str]]:
    """The part of EventBridge's event that matters."""
    return {"detail": {"name": name, "status": "FAILED"}}


def test_a_stopped_execution_is_found_by_its_name(world: World, log: StringIO) -> None:
    order = world.place()
    world.engine.stop(order)

    assert janitor_handler.on_execution_stopped(stopped(order.execution), None) == {
        "action": "taken-over"
    }

    assert world.now(order).epoch == 2
    [line] = lines(log.getvalue())
    assert (line["order_id"], line["action"]) == (order.order_id, "taken-over")
    assert (line["message"], line["execution"]) == ("execution stopped", order.execution)


@pytest.mark.parametrize("name", ["01UNKNOWN-1", "started-by-hand", "nodash"])
def test_an_execution_of_no_order_is_none_of_its_business(
    world: World, log: StringIO, name: str
) -> None:
    assert janitor_handler.on_execution_stopped(stopped(name), None) == {"action": "nothing"}

    [line] = lines(log.getvalue())
    assert line["order_id"] == name.rpartition("-")[0]


def test_a_sweep_settles_no_stock_that_another_service_keeps(world: World) -> None:
    world.deps.stock_shards = None

    assert janitor_handler.sweep({}, None) == {}
