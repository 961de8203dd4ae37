"""list, status, items, describe, timeline."""

import csv
import json
import re
from dataclasses import replace

import pytest

from cli.terminal.console import UNLIMITED, out
from cli.views.orders import order_description
from lambdas.activities.order_status import update_order_status
from lambdas.domain.record.ledger import Effect, EffectState
from lambdas.domain.record.stages import Stage
from tests.cli.terminal import Terminal
from tests.support.builders import an_order, an_order_id
from tests.support.world import World


@pytest.mark.parametrize("command", ["status", "items", "timeline", "describe"])
def test_every_reading_command_prints_json_and_a_table(
    terminal: Terminal, world: World, command: str
) -> None:
    order = world.place()

    data = terminal.run(command, order.order_id, "-o", "json")
    table = terminal.run(command, order.order_id)

    assert (data.code, table.code, data.err, table.err) == (0, 0, "", "")
    assert isinstance(data.json, dict)
    assert table.out.strip()
    assert "\x1b" not in table.out


def test_a_description_shows_deadline_last_view_signals_and_ledger(
    terminal: Terminal, world: World
) -> None:
    order = world.place(last_heartbeat_at=None)

    printed = terminal.run("describe", order.order_id).out
    of_paid = terminal.run("describe", world.place(Stage.COMPLETED).order_id).out

    for fact in ("deadline", "by no approver yet", "approve-payment", "reserve", "25.00 EUR"):
        assert fact in printed
    assert len(printed.splitlines()[0]) < UNLIMITED  # it is as wide as its content
    [paid] = [line.strip(" │").split() for line in of_paid.splitlines() if "│  pay " in line]
    assert paid == ["pay", "done", "25.00", "EUR", "-"]


def test_amounts_have_the_decimals_of_the_orders_currency(terminal: Terminal, world: World) -> None:
    order = world.place(Stage.COMPLETED, total=125_000, currency="JPY")

    description = terminal.run("describe", order.order_id).out
    items = terminal.run("items", order.order_id).out

    assert (description.count("125000 JPY"), description.count("1250.00")) == (4, 0)
    assert items.count("125000 JPY") == 3


@pytest.mark.parametrize("stage", [Stage.COMPLETED, Stage.CANCELLED, Stage.PAYMENT])
@pytest.mark.parametrize("command", ["describe", "status"])
def test_an_order_without_a_pending_approval_has_no_deadline_and_no_last_view(
    terminal: Terminal, world: World, command: str, stage: Stage
) -> None:
    printed = terminal.run(command, world.place(stage).order_id).out

    assert "deadline" not in printed
    assert "viewed" not in printed


@pytest.mark.parametrize("command", ["describe", "status"])
def test_the_reason_of_an_ended_order_is_not_shown_as_an_error(
    terminal: Terminal, world: World, command: str
) -> None:
    order = world.place(Stage.CANCELLED, last_error="cancelled: changed my mind")

    printed = terminal.run(command, order.order_id).out

    [line] = [line for line in printed.splitlines() if "changed my mind" in line]
    assert line.strip(" │").split(maxsplit=1) == [
        "reason",
        "The order was cancelled: changed my mind",
    ]
    assert "error" not in printed


@pytest.mark.parametrize("command", ["describe", "timeline"])
def test_money_in_a_timeline_is_written_as_money(
    terminal: Terminal, world: World, command: str
) -> None:
    order = world.place(Stage.STATUS_UPDATE)
    world.run(update_order_status, order)

    printed = terminal.run(command, order.order_id).out

    [completed] = [line for line in printed.splitlines() if "order-completed" in line]
    assert "total 25.00 EUR" in completed
    assert "_minor" not in printed


def test_a_takeover_in_a_timeline_names_the_execution(terminal: Terminal, world: World) -> None:
    order = world.place(Stage.COMPENSATING)
    terminal.run("compensate", order.order_id, "-y", who="operator")

    printed = terminal.run("timeline", order.order_id).out

    assert "execution 2" in printed
    assert "epoch" not in printed


def test_the_catalogue_lists_products_with_price_and_stock(
    terminal: Terminal, world: World
) -> None:
    world.stock("COFFEE", available=0, unit_price_minor=12500, currency="JPY", name="Beans, 1 kg")

    table = terminal.run("catalogue")
    data = terminal.run("catalogue", "-o", "json")

    lines = [line.split() for line in table.out.splitlines()]
    assert lines[0] == ["SKU", "name", "price", "stock"]
    assert ["COFFEE", "Beans,", "1", "kg", "12500", "JPY", "sold", "out"] in lines
    assert "MUG-RED" in table.out
    assert data.json["products"][0]["sku"] == "COFFEE"  # type: ignore[index]


def test_a_long_catalogue_is_read_in_pages_up_to_the_limit(
    terminal: Terminal, world: World
) -> None:
    for number in range(103):
        world.stock(f"SKU-{number:03d}", available=1)

    few, many = terminal.run("catalogue"), terminal.run("catalogue", "-n", "200")

    assert few.out.count("SKU-") == 99  # and MUG-RED
    assert "there are more: use `-n` with more than 100" in few.err
    assert (many.out.count("SKU-"), many.err) == (103, "")


def test_a_list_is_printed_as_lines_of_json_or_csv(terminal: Terminal, world: World) -> None:
    older, newer = world.place(), world.place(total=125_000, currency="JPY")

    lines = terminal.run("list", "-o", "jsonl").out.splitlines()
    rows = list(csv.DictReader(terminal.run("list", "-o", "csv").out.splitlines()))

    assert [json.loads(line)["order_id"] for line in lines] == [newer.order_id, older.order_id]
    assert (rows[0]["order_id"], rows[0]["total.amount_minor"]) == (newer.order_id, "125000")
    assert (rows[1]["stage"], rows[1]["outcome"]) == ("awaiting-approval", "")
    assert terminal.run("catalogue", "-o", "csv").out.startswith("sku,name,price.amount_minor,")


@pytest.mark.parametrize("output", ["table", "json", "jsonl", "csv"])
def test_a_list_has_the_fields_that_are_asked_for(
    terminal: Terminal, world: World, output: str
) -> None:
    order = world.place()

    ran = terminal.run("list", "--fields", "order_id,total.currency,settlement.x", "-o", output)

    assert ran.code == 0
    assert order.order_id in ran.out
    assert "EUR" in ran.out
    assert "stage" not in ran.out


def test_a_field_that_no_entry_has_is_named_with_those_that_exist(
    terminal: Terminal, world: World
) -> None:
    world.place()

    ran = terminal.run("list", "--fields", "order_id,state", "-o", "jsonl")

    assert (ran.code, ran.out) == (2, "")
    problem = json.loads(ran.err.splitlines()[-1])["error"]
    assert problem["message"] == "no field state"
    assert "stage" in problem["advice"]


@pytest.mark.parametrize("output", ["table", "jsonl"])
def test_a_watched_list_prints_new_and_changed_orders(
    terminal: Terminal, world: World, output: str
) -> None:
    first, new = world.place(), an_order()
    paying = replace(first, stage=Stage.PAYMENT, updated_at=first.updated_at + 1)

    def stop() -> None:
        raise KeyboardInterrupt

    terminal.meanwhile = [
        lambda: world.store.put(new),
        lambda: world.clock.advance(1),
        lambda: world.store.put(paying),
        stop,
    ]
    ran = terminal.run("list", "--watch", "-o", output)

    *_, placed, changed = ran.out.splitlines()
    assert ran.code == 130
    assert ran.out.count(new.order_id) == 1
    assert new.order_id in placed
    assert first.order_id in changed
    assert "payment" in changed
    assert terminal.run("list", "-w", "-o", "csv").code == 2


@pytest.mark.parametrize(
    ("command", "said", "content"),
    [
        ("list", "no orders", {"orders": []}),
        ("list --disputes", "no order has a dispute", {"orders": []}),
        ("catalogue", "no products", {"products": []}),
        ("classify", "no orders", {"verdicts": []}),
    ],
)
def test_an_empty_list_is_a_sentence_and_in_json_a_list(
    terminal: Terminal, world: World, command: str, said: str, content: dict[str, object]
) -> None:
    world.inventory.by_sku.clear()

    assert terminal.run(*command.split(), who="operator").out == f"{said}\n"
    listed = terminal.run(*command.split(), "-o", "json", who="operator").json
    assert {name: listed[name] for name in content} == content


@pytest.mark.parametrize(
    ("command", "said"),
    [("history", "no execution has started yet"), ("signals", "no signals")],
)
def test_an_order_without_executions_or_signals_says_so(
    terminal: Terminal, world: World, command: str, said: str
) -> None:
    assert terminal.run(command, world.place().order_id, who="operator").out == f"{said}\n"


def test_the_list_shows_outcomes_and_filters_by_them(terminal: Terminal, world: World) -> None:
    world.place(Stage.CANCELLED)
    failed = world.place(Stage.FAILED, last_error="PaymentDeclined: no")

    ran = terminal.run("list", "--outcome", "rejected")

    assert failed.order_id in ran.out
    assert "✗ failed: rejected" in ran.out
    assert "cancelled" not in ran.out
    assert terminal.run("list", "--outcome", "lost").code == 2


def test_operators_list_the_orders_with_a_debt_or_a_dispute(
    terminal: Terminal, world: World
) -> None:
    owed = world.place(Stage.CANCELLED)
    debt = Effect(key="k", state=EffectState.INTENT, at=1, amount_minor=1_200)
    world.store.put(owed.with_effect("debt", debt))
    world.place(Stage.CANCELLED)

    listed = terminal.run("list", "--debts", who="operator").out.splitlines()

    assert listed[0].split() == ["order", "stage", "customer", "debt", "age"]
    [row] = listed[1:]
    assert owed.order_id in row
    assert "12.00 EUR" in row
    assert terminal.run("list", "--debts", "--disputes", who="operator").code == 2
    assert "operator" in terminal.run("list", "--debts").err


def test_a_disputed_order_leaves_the_list_when_the_bank_decides(
    terminal: Terminal, world: World
) -> None:
    order = world.place(Stage.COMPLETED)
    won = Effect(key="k", state=EffectState.UNDONE, at=1, amount_minor=2_500, reference="dp_1")
    open_again = replace(won, state=EffectState.INTENT, amount_minor=1_200, reference="dp_2")
    disputed = order.with_effect("dispute", won).with_effect("dispute-2", open_again)
    world.store.put(disputed)
    listed = terminal.run("list", "--disputes", who="operator").out
    assert "12.00 EUR" in listed

    lost = replace(open_again, state=EffectState.DONE)
    world.store.put(disputed.with_effect("dispute-2", lost))

    assert "lost" in terminal.run("status", order.order_id).out
    described = terminal.run("describe", order.order_id).out
    assert re.search(r"dispute +lost", described)
    assert re.search(r"dispute +won +25\.00 EUR", described)
    assert re.search(r"dispute-2 +lost +12\.00 EUR", described)


def test_a_list_of_several_stages_is_sorted_by_time(terminal: Terminal, world: World) -> None:
    paying = world.place(Stage.PAYMENT).order_id
    waiting = world.place(Stage.AWAITING_APPROVAL).order_id
    world.place(Stage.COMPLETED)
    stages = ("--stage", "payment", "--stage", "awaiting-approval")

    ran = terminal.run("list", *stages, "-o", "json", who="operator")
    newest = terminal.run("list", *stages, "-n", "1", "-o", "json", who="operator")

    both = [order["order_id"] for order in json.loads(ran.out)["orders"]]
    assert both == sorted([paying, waiting], reverse=True)
    assert [order["order_id"] for order in json.loads(newest.out)["orders"]] == both[:1]


def test_a_list_has_a_time_limit(terminal: Terminal, world: World) -> None:
    order_id = world.place().order_id  # placed on the first day of 2026
    since = [terminal.run("list", "--since", time) for time in ("1m", "99999d")]

    assert (since[0].out, since[1].out.count(order_id)) == ("no orders\n", 1)
    for text in ("soon", "5", "-1h", "3w"):
        assert terminal.run("list", f"--since={text}").code == 2


def test_a_long_list_is_read_page_by_page(terminal: Terminal, world: World) -> None:
    orders = [world.place(items=()) for _ in range(130)]

    ran = terminal.run("list", "-n", "120", "-o", "json")

    newest = [order.order_id for order in reversed(orders)][:120]
    assert [one["order_id"] for one in ran.json["orders"]] == newest  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", ["status", "items", "describe", "timeline", "wait", "watch"])
def test_an_order_that_does_not_exist_is_not_found(terminal: Terminal, command: str) -> None:
    ran = terminal.run(command, an_order_id())

    assert (ran.code, ran.out) == (3, "")
    assert "orders list" in ran.err


def test_describe_shows_every_field_that_the_api_marks_as_shown(
    terminal: Terminal, world: World
) -> None:
    order = world.place()
    answer = terminal.run("status", order.order_id, "-o", "json").json
    answer["gift"] = {"note": "Für Änne 🎁", "to": ["Bob", "Ann"]}
    answer["shown_fields"] = [
        {"path": "gift.note", "title": "Gift note", "format": "text"},
        {"path": "gift.to", "title": "For", "format": "list"},
        {"path": "created_at", "title": "Placed", "format": "instant"},
        {"path": "gift.card", "title": "Card", "format": "a later format"},
    ]
    with out.capture() as printed:
        out.print(order_description(answer | {"last_heartbeat_at": None}, []))

    lines = [line.strip("│ ").split(maxsplit=2) for line in printed.get().splitlines()]
    assert ["gift", "note", "Für Änne 🎁"] in lines
    assert ["for", "Bob,", "Ann"] in lines
    assert "card" not in printed.get()  # it has no value
