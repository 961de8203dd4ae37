"""Problems, as text and as JSON."""

import json
from io import BytesIO, TextIOWrapper

import httpx
import pytest

from lambdas.domain.record.stages import Stage
from tests.cli.terminal import Ran, Terminal
from tests.support.world import World


def error(ran: Ran) -> dict[str, object]:
    """The JSON error of a command; stdout must be empty."""
    assert ran.out == ""
    problem: dict[str, object] = json.loads(ran.err)["error"]
    return problem


def test_a_refusal_is_a_json_object(terminal: Terminal, world: World) -> None:
    order = world.place(Stage.COMPLETED)

    ran = terminal.run("cancel", order.order_id, "-r", "x", "-o", "json")

    assert ran.code == 1
    assert error(ran) == {
        "message": "It is too late for cancel-order: the order is completed.",
        "advice": f"`orders describe {order.order_id}` shows its stage and the signals that it "
        "accepts now",
        "exit_code": 1,
        "status": 409,
    }


@pytest.mark.parametrize(
    ("command", "code", "status"),
    [
        (("status", "none", "-o", "json"), 3, 404),
        (("place", "-i", "A=0", "--output", "json"), 2, None),
        (("place", "--output=json"), 2, None),
        (("list", "--colour", "-ojson"), 2, None),
        (("nonsense", "-o", "json"), 2, None),
    ],
)
def test_an_error_of_any_kind_is_a_json_object(
    terminal: Terminal, command: tuple[str, ...], code: int, status: int | None
) -> None:
    ran = terminal.run(*command)

    problem = error(ran)
    assert (ran.code, problem["exit_code"], problem["status"]) == (code, code, status)
    assert problem["message"]
    assert problem["advice"]


def test_invalid_fields_are_listed_in_the_json_object(terminal: Terminal) -> None:
    problem = error(terminal.run("place", "-i", "MUG-RED=5000", "-o", "json"))

    assert problem["message"] == "quantity of item 1 must be at most 999"
    assert problem["fields"] == [{"field": "items[0].quantity", "problem": "must be at most 999"}]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (
            ("place", "-i", "mug"),
            "SKU of item 1 must be 1 to 32 capital letters (A to Z)",
        ),
        (("place", "-i", "A", "-i", "A=5000"), "quantity of item 2 must be at most 999"),
        (("place", "-i", "A", "--workflow-version", "v9"), "workflow version must be v1 or v2"),
        (
            ("place", "-i", "A", "--pay-with", "visa"),
            "payment method must be `pm_` and then",
        ),
        (("place", "-i", "A", "--customer", "b b"), "customer must be 1 to 128 letters"),
        (("cancel", "ID", "-r", "x" * 201), "reason must have at most 200 characters"),
        (("cancel", "ID", "-r", "one\ntwo"), "reason must be one line of text"),
        (("cancel", "ID", "-r", "\u2800"), "reason must not be blank"),
        (("cancel", "ID", "-r", "a\ue000"), "reason must not contain the character U+E000"),
        (
            ("place", "-i", "A", "--key", "a b"),
            "`--key`) must have 1 to 128 characters: visible ASCII characters",
        ),
        (
            ("cancel", "ID", "-r", "x", "--key", "a b"),
            "`--key`) must have 1 to 128 characters: letters, digits and",
        ),
    ],
)
def test_invalid_fields_are_described_in_plain_words(
    terminal: Terminal, world: World, command: tuple[str, ...], said: str
) -> None:
    order = world.place()

    ran = terminal.run(*(order.order_id if one == "ID" else one for one in command))

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    for jargon in ("`errors`", "schema", "pattern", "[A-Z", "Input"):
        assert jargon not in ran.err


def test_the_advice_is_a_command_where_one_helps_and_else_that_of_the_api(
    terminal: Terminal, world: World
) -> None:
    ended = world.place(Stage.COMPLETED)

    refused = terminal.run("cancel", ended.order_id, "-r", "late")
    unknown = terminal.run("place", "-i", "NO-SUCH")
    world.stock("KNIFE", available=1, currency="JPY")
    mixed = terminal.run("place", "-i", "KNIFE", "-i", "MUG-RED")

    assert f"→ `orders describe {ended.order_id}` shows its stage and the signals" in refused.err
    assert "allowed_signals" not in refused.err
    ended_already = terminal.run("resume", ended.order_id, who="operator")
    assert f"`orders compensate {ended.order_id}`" in ended_already.err
    assert "→ `orders catalogue` lists the products" in unknown.err
    assert "→ change the request" in mixed.err


def test_the_advice_for_an_unknown_signal_is_the_list_of_signals(
    terminal: Terminal, world: World
) -> None:
    order = world.place()

    ran = terminal.run("signals", order.order_id, "none")

    assert ran.code == 3
    assert f"`orders signals {order.order_id}`" in ran.err
    assert "orders list" not in ran.err


def test_the_advice_after_throttling_names_no_order(terminal: Terminal) -> None:
    terminal.wire.answers = [httpx.Response(429, json={"message": "Too Many Requests"})]

    assert "wait a moment and try again" in terminal.run("list").err


def test_output_works_without_unicode_symbols(
    terminal: Terminal, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, poor = world.place(), BytesIO()
    monkeypatch.setattr("sys.stdout", TextIOWrapper(poor, "ascii", write_through=True))

    assert terminal.run("list").code == 0

    assert f"{order.order_id}  ? awaiting-approval" in poor.getvalue().decode("ascii")


def broken(*_: object) -> None:
    raise LookupError("no such thing")


@pytest.mark.parametrize("output", ["table", "json"])
def test_a_defect_is_a_sentence_with_its_own_exit_code(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    monkeypatch.setattr("cli.client.api.islice", broken)

    ran = terminal.run("list", "-o", output)

    assert (ran.code, ran.out) == (70, "")
    assert "unexpected error: LookupError: no such thing" in ran.err
    assert "ORDERS_TRACEBACK=1" in ran.err


def test_the_traceback_of_a_defect_is_printed_on_request(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.client.api.islice", broken)
    monkeypatch.setenv("ORDERS_TRACEBACK", "1")

    with pytest.raises(LookupError):
        terminal.run("list")


def test_an_interrupted_command_has_the_exit_code_of_shells(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cli.client.api.islice", interrupt)

    ran = terminal.run("list")

    assert (ran.code, "Traceback" in ran.err) == (130, False)
