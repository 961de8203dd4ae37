"""place, approve, decline, cancel, add-item, send, signals."""

from dataclasses import replace
from urllib.parse import quote

import pytest
import typer

from cli.commands.completion import order_ids, skus
from cli.sign_in.session import profile_names
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.stages import Stage
from tests.cli.commands import commands
from tests.cli.terminal import Terminal
from tests.support.versions import with_status
from tests.support.world import TOKEN, World


def settled(world: World, order: Order, outcome: str) -> None:
    """Apply the signals in the inbox, as the workflow does."""
    current = world.now(order)
    outcomes = {signal.signal_id: outcome for signal in current.inbox}
    world.store.put(replace(current, outcomes=outcomes, applied=len(current.inbox)))


def orders(world: World) -> list[Order]:
    """Every placed order."""
    page = world.store.page(stage=None, customer_id=None, limit=9, cursor=None)
    return list(page.orders)


def test_a_placed_order_is_printed_as_json(terminal: Terminal, world: World) -> None:
    ran = terminal.run("place", "-i", "MUG-RED=2", "-o", "json")

    assert (ran.code, ran.err) == (0, "")
    assert (ran.json["stage"], ran.json["customer_id"]) == ("start", "alice")
    assert ran.json["items"] == [{"sku": "MUG-RED", "quantity": 2, "unit_price_minor": 800}]
    assert len(world.engine.started) == 1


def test_a_placed_order_is_printed_as_a_table_with_the_next_command(
    terminal: Terminal, world: World
) -> None:
    ran = terminal.run("place", "-i", "MUG-RED")

    [order] = orders(world)
    assert "start" in ran.out
    assert "8.00 EUR (revision 1)" in ran.out
    assert "\x1b" not in ran.out
    assert ran.err == f"next: `orders watch {order.order_id}`\n"


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        ("deprecated", 0, "warning: workflow version v1 is deprecated: use v2"),
        ("removed", 1, "version v1 was removed; new orders start as v2"),
    ],
)
def test_place_reports_a_workflow_version_that_is_not_current(
    terminal: Terminal, world: World, status: str, code: int, said: str
) -> None:
    world.deps.workflow = replace(world.deps.workflow, versions=with_status(v1=status))
    command = ("place", "-i", "MUG-RED", "--customer", "alice", "--workflow-version", "v1", "-q")

    ran = terminal.run(*command, who="operator")

    assert ran.code == code
    assert said in ran.err


def test_quiet_place_prints_only_the_id(terminal: Terminal, world: World) -> None:
    ran = terminal.run("place", "-i", "MUG-RED", "-q")

    assert (ran.code, ran.err) == (0, "")
    assert world.store.get(ran.out.removesuffix("\n")).stage is Stage.START


def test_placing_waits_for_the_end_if_asked_to(terminal: Terminal, world: World) -> None:
    def complete() -> None:
        [order] = orders(world)
        world.store.put(replace(order, stage=Stage.COMPLETED))

    terminal.meanwhile = [lambda: None, complete]

    ran = terminal.run("place", "-i", "MUG-RED", "--wait", "-o", "json")

    assert (ran.code, ran.json["stage"]) == (0, "completed")
    assert f"placed {ran.json['order_id']}" in ran.err


def test_a_pending_signal_is_printed_with_the_command_for_its_outcome(
    terminal: Terminal, world: World
) -> None:
    order = world.place(wait_token=TOKEN)

    ran = terminal.run("cancel", order.order_id, "-r", "x", "-t", "0", "--key", "c1")

    assert f"`orders signals {order.order_id} c1`" in ran.err


@pytest.mark.parametrize(
    ("command", "who", "kind"),
    [
        ("decline", "approver", SignalKind.DECLINE_PAYMENT),
        ("cancel", "alice", SignalKind.CANCEL_ORDER),
    ],
)
def test_the_end_of_an_order_is_printed_with_its_outcome(
    terminal: Terminal, world: World, command: str, who: str, kind: SignalKind
) -> None:
    order = world.place(wait_token=TOKEN)
    terminal.run(command, order.order_id, "-r", "why not", "-t", "0", "--key", "c1", who=who)
    settled(world, order, "applied")

    ran = terminal.run("signals", order.order_id, "c1", "-o", "json")

    assert ran.code == 0
    assert (ran.json["kind"], ran.json["outcome"]) == (kind, "applied")
    [signal] = world.now(order).inbox
    assert (signal.kind, signal.reason) == (kind, "why not")


def test_a_signal_without_a_command_is_sent_by_its_kind(terminal: Terminal, world: World) -> None:
    order = world.place(wait_token=TOKEN)
    send = ("send", order.order_id)

    ran = terminal.run(*send, "cancel-order", "--field", "reason=a=b", "-t", "0", "-o", "json")
    unknown = terminal.run(*send, "no-such-signal")

    assert (ran.code, ran.json["kind"]) == (0, "cancel-order")
    assert [(s.kind, s.reason) for s in world.now(order).inbox] == [(ran.json["kind"], "a=b")]
    assert "cancel-order" in unknown.err


def test_an_item_is_added(terminal: Terminal, world: World) -> None:
    order = world.place(wait_token=TOKEN)

    ran = terminal.run("add-item", order.order_id, "MUG-RED=2", "-t", "0", "-o", "json")

    assert ran.json["kind"] == "add-line-item"
    assert [(s.sku, s.quantity) for s in world.now(order).inbox] == [("MUG-RED", 2)]


@pytest.mark.parametrize("tail", ["?Y", "#Y", "%", "%2F", "\x00", "Ü", "\udcff"])
@pytest.mark.parametrize("command", ["status", "watch", "wait", "describe"])
def test_an_id_changes_no_other_part_of_the_address(
    terminal: Terminal, world: World, command: str, tail: str
) -> None:
    order = world.place(Stage.COMPLETED)

    ran = terminal.run(command, order.order_id + tail)

    assert (ran.code, ran.out) == (3, "")
    [request] = terminal.wire.sent
    rest = request.url.raw_path.decode().removeprefix(f"/orders/{order.order_id}")
    assert rest.removesuffix("/execution") == quote(tail, safe="", errors="surrogateescape")


@pytest.mark.parametrize("typed", [" {} ", "{}\n", "{}\r", "\u00a0{}"])
def test_an_id_with_spaces_or_lower_case_letters_is_found(
    terminal: Terminal, world: World, typed: str
) -> None:
    order = world.place(Stage.COMPLETED)

    for name in ("status", "wait"):
        ran = terminal.run(name, typed.format(order.order_id.lower()))

        assert (ran.code, order.order_id in ran.out) == (0, True)


def test_other_fields_of_an_order_are_sent_by_name(terminal: Terminal, world: World) -> None:
    ran = terminal.run(
        "place", "-i", "MUG-RED", "--field", "customer_id=bob", "-o", "json", who="operator"
    )

    assert ran.json["customer_id"] == "bob"
    assert terminal.run("place", "-i", "MUG-RED", "--field", "note").code == 2
    unknown = terminal.run("place", "-i", "MUG-RED", "--field", "gift_note=x")
    assert (unknown.code, "gift_note is not a known field" in unknown.err) == (2, True)


def test_the_signals_of_an_order_are_listed_with_their_outcomes(
    terminal: Terminal, world: World
) -> None:
    order = world.place()
    terminal.run("add-item", order.order_id, "MUG-RED=2", "--key", "a1", "-t", "0")
    terminal.run("cancel", order.order_id, "-r", "changed my mind", "--key", "c1", "-t", "0")

    listed = terminal.run("signals", order.order_id).out.splitlines()

    assert [line.split()[:2] for line in listed[1:]] == [
        ["a1", "add-line-item"],
        ["c1", "cancel-order"],
    ]
    assert "sku MUG-RED, quantity 2" in listed[1]
    assert "reason changed my mind" in listed[2]
    assert all("pending" in line for line in listed[1:])


def test_profiles_and_stages_are_completed_by_the_shell(terminal: Terminal) -> None:
    assert profile_names() == []
    terminal.config.write_text('{"bob": {"api_url": "https://a"}, "ann": {"api_url": "https://a"}}')
    assert profile_names() == ["ann", "bob"]
    terminal.config.write_text("no JSON")
    assert profile_names() == []


def test_skus_and_order_ids_are_completed_from_the_api(terminal: Terminal, world: World) -> None:
    world.stock("MUG-BLUE", available=1, name="Mug, blue")
    order = world.place()
    terminal.run("list")  # sets the token
    context = typer.Context(commands()["place"])

    assert skus(context, "mug-b") == [("MUG-BLUE", "Mug, blue")]
    assert order_ids(context, order.order_id[:10]) == [(order.order_id, "awaiting-approval")]
    terminal.wire.down = True
    assert skus(context, "") == order_ids(context, "") == []
