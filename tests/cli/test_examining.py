"""doctor: what it says of what is missing or away."""

from typing import Any

import httpx
import pytest

from lambdas.api.routes import stages
from lambdas.domain.stages import Stage
from tests.cli.terminal import URL, Ran, Terminal
from tests.support.world import World


def findings(ran: Ran) -> dict[str, dict[str, Any]]:
    told: Any = ran.json["findings"]
    return {one["check"]: one for one in told}


def test_what_an_api_that_is_away_would_show_was_not_looked_at(terminal: Terminal) -> None:
    terminal.wire.down = True

    ran = terminal.run("doctor", "-o", "json")

    found = findings(ran)
    for check in ("console", "orders", "compensation"):
        assert not found[check]["ok"]
        assert found[check]["told"].startswith("could not be looked at")
    assert f"{URL}/console" in found["console"]["told"]
    assert len(terminal.wire.sent) == 1


def test_the_console_of_an_api_that_is_away_has_no_tick(terminal: Terminal) -> None:
    terminal.wire.down = True

    [line] = [one for one in terminal.run("doctor").out.splitlines() if "console" in one]

    assert "✓" not in line


@pytest.mark.parametrize("answer", [None, httpx.Response(503, text="<html>")], ids=["away", "503"])
def test_the_doctor_does_not_send_to_the_doctor(
    terminal: Terminal, answer: httpx.Response | None
) -> None:
    terminal.wire.down = answer is None
    terminal.wire.answers = [] if answer is None else [answer]

    ran = terminal.run("doctor")

    assert ran.code == 4
    assert "orders doctor" not in ran.out
    advised = "python -m local up" if answer is None else "try again in a moment"
    assert ran.out.count(advised) == 1


def test_a_token_that_cannot_be_read_is_there_all_the_same(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.cli.terminal.token", lambda who: "nonsense")

    told = findings(terminal.run("doctor", "-o", "json"))["token"]["told"]

    assert told.startswith("ORDERS_TOKEN is set, but cannot be read as a token")


def test_without_a_token_there_is_none(terminal: Terminal) -> None:
    found = findings(terminal.run("doctor", "-o", "json", who=None))

    assert found["token"]["told"].startswith("none: ")


def test_for_scripts_the_doctor_gives_what_it_counted_as_numbers(
    terminal: Terminal, world: World
) -> None:
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

    assert "1+ completed" in found["told"]
    assert "failed 1+" not in found["told"]
    assert found["numbers"]["exact"] is False
