"""Tables on 80 columns: important columns stay whole, others are dropped or wrapped."""

from dataclasses import replace

import pytest

from cli.terminal.console import out
from lambdas.domain.record.changes import Event
from lambdas.domain.record.ledger import Effect, EffectState
from lambdas.domain.record.stages import Stage
from tests.cli.terminal import Terminal
from tests.support.execution_histories import HistoryBuilder
from tests.support.world import World

LONG = "https://a1b2c3d4e5-vpce-0a1b2c3d4e5f6a7b8.execute-api.ap-southeast-2.amazonaws.com"


@pytest.fixture(autouse=True)
def columns(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(out, "width", 80)
    return 80


def enriched(world: World) -> str:
    """An order whose history has the longest names and errors."""
    order = world.place(Stage.FAILED)
    history = HistoryBuilder().route("RouteStart")
    history.add("ParallelStateEntered", stateEnteredEventDetails={"name": "EnrichOrder"})
    history.ok("FetchInventorySnapshot", "FetchCustomerProfile").add("ParallelStateSucceeded")
    history.add("ParallelStateExited", stateExitedEventDetails={"name": "EnrichOrder"})
    history.failing("ProcessPayment", "ProviderUnavailable", "PaymentDeclined")
    history.enter("OrderFailed").add("ExecutionFailed")
    world.engine.histories[order.execution] = tuple(history.events)
    return order.order_id


def test_a_list_has_one_line_per_order_with_its_whole_id(
    terminal: Terminal, world: World, columns: int
) -> None:
    orders = [world.place(customer_id="c" * 36, requested_by="c" * 36) for _ in range(3)]

    lines = terminal.run("list", who="operator").out.splitlines()

    assert len(lines) == len(orders) + 1
    assert all(len(line) <= columns for line in lines)
    assert {line.split()[0] for line in lines[1:]} == {order.order_id for order in orders}
    assert "customer" not in lines[0]
    assert "deadline" in lines[0]


def test_a_list_on_a_wide_terminal_names_the_customers(
    terminal: Terminal, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.place()
    monkeypatch.setattr(out, "width", 120)

    assert "alice" in terminal.run("list").out


def test_verdicts_have_whole_ids(terminal: Terminal, world: World, columns: int) -> None:
    order_id = enriched(world)

    shown = terminal.run("classify", who="operator").out

    assert f" {order_id} " in shown
    assert all(len(line) <= columns for line in shown.splitlines())


@pytest.mark.parametrize("how", [(), ("--detailed",)], ids=["states", "events"])
def test_a_history_has_whole_names_of_states_events_and_errors(
    terminal: Terminal, world: World, columns: int, how: tuple[str, ...]
) -> None:
    order_id = enriched(world)

    shown = terminal.run("history", order_id, *how, who="operator").out

    names = {"FetchInventorySnapshot", "FetchCustomerProfile", "ProcessPayment", "PaymentDeclined"}
    assert names <= set(shown.split())
    if how:
        assert {"ParallelStateSucceeded", "ProviderUnavailable"} <= set(shown.split())
    assert all(len(line) <= columns for line in shown.splitlines())
    assert "…" not in shown


def test_the_doctor_shows_a_long_address_whole(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERS_API_URL", LONG)

    lines = terminal.run("doctor").out.splitlines()

    assert any(line.split()[-1] == f"{LONG}/console" for line in lines)


@pytest.mark.parametrize(
    ("command", "width"),
    [
        *(("list", width) for width in (10, 20, 30, 40, 60)),
        *(("list --debts", width) for width in (20, 40)),
        *(("list --fields stage,customer_id,order_id", width) for width in (20, 40)),
        *(("events", width) for width in (20, 40)),
        *(("classify", width) for width in (20, 40)),
        *(("versions", width) for width in (20, 40)),
        ("status ID", 40),
        ("describe ID", 40),
    ],
)
def test_an_order_id_is_never_broken(
    terminal: Terminal, world: World, monkeypatch: pytest.MonkeyPatch, command: str, width: int
) -> None:
    monkeypatch.setattr(out, "width", width)
    order = world.place(customer_id="c" * 36)
    debt = Effect(key="k", state=EffectState.INTENT, at=1, amount_minor=1_200)
    if "--debts" in command:
        world.store.put(replace(order.with_effect("debt", debt), stage=Stage.CANCELLED))
    event = Event(number=3, at=0, kind="payment-captured", stage="payment", detail={})
    world.events.publish(order, [event])

    shown = terminal.run(*command.replace("ID", order.order_id).split(), who="operator").out

    assert order.order_id in shown
