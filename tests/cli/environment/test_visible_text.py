"""Text of other users: printed literally, without effect on the terminal."""

import json
import sys
import unicodedata
from collections import defaultdict
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.panel import Panel
from rich.text import Text
from rich.tree import Tree

from cli.terminal.console import out
from cli.terminal.tables import Rows
from cli.terminal.text import line, visible, visible_data
from cli.views.formats import STAGES
from lambdas.activities.order_status import update_order_status
from lambdas.domain.record.stages import Stage
from tests.cli.commands import api_commands, command_line
from tests.cli.terminal import Terminal
from tests.support.builders import a_signal
from tests.support.execution_histories import HistoryBuilder
from tests.support.world import World

HOSTILE = (
    "\x1b[2J\x9b31m\u202e\u2066\r\b\x07\x00\x7f\xad\u2028[red]x[/nope]:warning:\ud800\ue000\t\n#"
)
SHOWN = (
    r"\x1b[2J\x9b31m\u202e\u2066\r\x08\x07\x00\x7f\xad\u2028"
    r"[red]x[/nope]:warning:\ud800\ue000\t\n#"
)
SILENT = sorted(
    {"admin catalogue unlist", "doctor", "load", "login", "logout", "profiles", "send", "settle"}
)
"""Commands that print no text of a response in these tests."""
JOINERS = "\u200c\u200d"
OBEYED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def by_category() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for point in range(sys.maxunicode + 1):
        found[unicodedata.category(chr(point))].append(chr(point))
    return found


CATEGORIES = by_category()


def test_there_is_a_rule_for_every_general_category() -> None:
    assert len(CATEGORIES) == 30
    assert set(CATEGORIES) > OBEYED


@pytest.mark.parametrize("category", sorted(CATEGORIES))
def test_a_character_is_shown_or_escaped_by_its_category(category: str) -> None:
    text = "".join(one for one in CATEGORIES[category][:5_000] if one not in JOINERS)

    shown = visible(text)

    if category in OBEYED:
        assert shown.isascii()
        assert shown.isprintable()
        assert shown.encode().decode("unicode_escape") == text
    else:
        assert shown == text


@pytest.mark.parametrize("category", sorted(OBEYED))
def test_no_console_prints_a_control_character(
    monkeypatch: pytest.MonkeyPatch, category: str
) -> None:
    monkeypatch.setattr(out, "width", 80)
    one = CATEGORIES[category][-1]
    text = f"a{one}b" if one != "\n" else "a\x00b"

    for what in (
        text,
        Text(text),
        line(text),
        Panel("x", title=Text(text)),
        Tree(Text(text)),
        Rows(columns=(text,), rows=[(text,)], title=text),
    ):
        with out.capture() as printed:
            out.print(what)
        assert printed.get().replace("\n", "").isprintable()
        assert visible(text) in printed.get()


def test_characters_that_join_letters_and_emoji_are_kept() -> None:
    for text in ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "👩\u200d👩\u200d👧"):
        assert visible(text) == text
        assert visible(f"{text}\u202e") == rf"{text}\u202e"


def test_requested_characters_are_kept() -> None:
    assert visible("a\n\tb", keep="\n") == "a\n\\tb"


def test_names_of_fields_are_made_visible_too() -> None:
    assert visible_data({"a\x1b": ["\x9b", 1, None, True]}) == {r"a\x1b": [r"\x9b", 1, None, True]}


def hostile(data: Any) -> Any:
    """Append hostile text to every string of a response, except those that commands compare."""
    match data:
        case dict():
            return {
                name: value if name in ("progress", "type", "next_cursor") else hostile(value)
                for name, value in data.items()
            }
        case list():
            return [hostile(one) for one in data]
        case str() if data not in STAGES and not _is_time(data) and data != "approve-payment":
            return data + HOSTILE
    return data


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def test_no_command_prints_stored_control_characters(
    terminal: Terminal, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = world.place(Stage.STATUS_UPDATE)
    world.run(update_order_status, order)
    failed = world.place(
        Stage.FAILED, last_error="PaymentDeclined: the card was declined", inbox=(a_signal(),)
    )
    history = HistoryBuilder().route("RouteStart").failing("ProcessPayment", "PaymentDeclined")
    world.engine.histories[order.execution] = tuple(history.events)
    world.events.publish(order, world.store.timeline(order.order_id))
    answer = terminal.wire._answer

    def poisoned(request: httpx.Request) -> httpx.Response:
        good = answer(request)
        if "problem" in good.headers.get("content-type", ""):
            content = {**good.json(), "detail": HOSTILE}
        else:
            content = hostile(good.json())
        return httpx.Response(good.status_code, content=json.dumps(content).encode())

    monkeypatch.setattr(terminal.wire, "_answer", poisoned)
    shown = set()
    for name, one in product(api_commands(), (order, failed)):
        if name == "login":  # opens a page
            continue
        words = command_line(name, order=one.order_id, folder=tmp_path)
        ran = terminal.run(*words, who="operator")
        printed = ran.out + ran.err
        assert "unexpected error" not in printed, f"{name}: {printed}"
        assert "⚠" not in printed, name
        odd = {one for one in printed if one != "\n" and not one.isprintable()}
        assert odd == set(), f"{name}: {printed!r}"
        shown.add(name) if SHOWN in printed else None
    assert sorted(set(api_commands()) - shown) == SILENT


def test_json_output_contains_the_stored_text_unchanged(terminal: Terminal, world: World) -> None:
    order = world.place(Stage.FAILED, last_error="a\x9b\u202e[red]")

    ran = terminal.run("status", order.order_id, "-o", "json")

    assert ran.json["last_error"] == "a\x9b\u202e[red]"
    assert ran.out.isascii()
