"""doctor: an unreachable API, missing and invalid tokens, counts."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from lambdas.api.routes import stages
from lambdas.domain.record.stages import Stage
from tests.cli.terminal import URL, Ran, Terminal
from tests.support.world import World


def findings(ran: Ran) -> dict[str, dict[str, Any]]:
    found: Any = ran.json["findings"]
    return {one["check"]: one for one in found}


def test_checks_of_an_unreachable_api_are_reported_as_not_made(terminal: Terminal) -> None:
    terminal.wire.down = True

    ran = terminal.run("doctor", "-o", "json")

    found = findings(ran)
    for check in ("console", "orders", "compensation"):
        assert not found[check]["ok"]
        assert found[check]["message"].startswith("not checked")
    assert f"{URL}/console" in found["console"]["message"]
    assert len(terminal.wire.sent) == 1


@pytest.mark.parametrize("answer", [None, httpx.Response(503, text="<html>")], ids=["away", "503"])
def test_the_doctor_does_not_advise_to_run_the_doctor(
    terminal: Terminal, answer: httpx.Response | None
) -> None:
    terminal.wire.down = answer is None
    terminal.wire.answers = [] if answer is None else [answer]

    ran = terminal.run("doctor")

    assert ran.code == 4
    assert "orders doctor" not in ran.out
    advised = "python -m local up" if answer is None else "try again in a moment"
    assert ran.out.count(advised) == 1


@pytest.mark.parametrize(
    ("who", "said"),
    [(None, "none: "), ("alice", "ORDERS_TOKEN is not a valid token")],
    ids=["missing", "invalid"],
)
def test_a_missing_token_and_an_invalid_one_are_reported(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, who: str | None, said: str
) -> None:
    monkeypatch.setattr("tests.cli.terminal.token", lambda _: "nonsense")

    message = findings(terminal.run("doctor", "-o", "json", who=who))["token"]["message"]

    assert message.startswith(said)


def test_the_json_output_of_the_doctor_contains_numbers(terminal: Terminal, world: World) -> None:
    for stage in (Stage.COMPLETED, Stage.COMPLETED, Stage.COMPENSATING):
        world.place(stage)

    found = findings(terminal.run("doctor", "-o", "json"))

    orders = {name: count for name, count in found["orders"]["numbers"].items() if count}
    assert orders == {"exact": True, "completed": 2, "compensating": 1}
    assert found["compensation"]["numbers"] == {"under_way": 1, "stuck": 0}
    assert found["token"]["numbers"]["minutes"] > 0
    assert found["health"]["numbers"]["milliseconds"] >= 0


def test_the_doctor_shows_a_count_that_is_not_exact_as_a_minimum(
    terminal: Terminal, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "COUNTED_AT_MOST", 1)
    for stage in (Stage.COMPLETED, Stage.COMPLETED, Stage.FAILED):
        world.place(stage)

    found = findings(terminal.run("doctor", "-o", "json"))["orders"]

    assert "1+ completed" in found["message"]
    assert "failed 1+" not in found["message"]
    assert found["numbers"]["exact"] is False


def test_the_doctor_finds_nothing_wrong(terminal: Terminal) -> None:
    ran = terminal.run("doctor", "-o", "json")

    assert ran.code == 0
    assert {check: one["ok"] for check, one in findings(ran).items()} == dict.fromkeys(
        ("profile", "health", "console", "token", "orders", "compensation"), True
    )


def test_the_doctor_fails_for_a_stuck_compensation_only(terminal: Terminal, world: World) -> None:
    order = world.place(Stage.COMPENSATING)
    under_way = terminal.run("doctor", who="operator")
    ledger = {name: replace(one, stuck=True) for name, one in order.ledger.items()}
    world.store.put(replace(order, ledger=ledger))

    stuck = terminal.run("doctor", who="operator")

    assert under_way.code == 0
    assert "1 under way, none stuck" in under_way.out
    assert stuck.code == 4
    assert f"1 of 1 stuck: `orders describe {order.order_id}`" in stuck.out
    assert "these checks failed: compensation" in stuck.err
