"""Profiles, environment variables, and an API that does not answer."""

import json
import stat
from pathlib import Path

import httpx
import pytest

from cli.sign_in.profiles import Profile
from cli.views.formats import money
from tests.cli.terminal import URL, Terminal, token
from tests.support.world import World


@pytest.mark.parametrize(
    ("answer", "code", "printed"),
    [
        (None, 4, f"{URL} does not answer"),
        (httpx.Response(401, json={"message": "Unauthorized"}), 5, "orders login"),
        (httpx.Response(502, text="<html>"), 4, "orders doctor"),
        (httpx.Response(200, text="<html>"), 4, "ORDERS_API_URL"),
    ],
    ids=["away", "expired", "gateway", "page"],
)
def test_an_api_that_does_not_answer_or_is_another_server_is_reported_with_advice(
    terminal: Terminal, answer: httpx.Response | None, code: int, printed: str
) -> None:
    terminal.wire.down = answer is None
    terminal.wire.answers = [] if answer is None else [answer]

    ran = terminal.run("list")

    assert (ran.code, ran.out) == (code, "")
    assert printed in ran.err
    assert ("python -m local up" in ran.err) is (answer is None)


def test_a_profile_uses_its_own_token(terminal: Terminal, world: World) -> None:
    order = world.place()
    kept = {"boss": {"api_url": URL, "token": token("approver")}}
    terminal.config.write_text(json.dumps(kept))

    ran = terminal.run("approve", order.order_id, "-y", "-t", "0", "--profile", "boss")

    assert ran.code == 0
    assert [signal.sender.name for signal in world.now(order).inbox] == ["approver1"]


def test_profiles_are_listed_without_their_tokens(terminal: Terminal) -> None:
    secret = token("alice")
    terminal.config.write_text(json.dumps({"me": {"api_url": URL, "token": secret}}))

    printed = terminal.run("profiles", "-o", "json")

    assert printed.json == {"profiles": [{"name": "me", "api_url": URL, "user": "alice"}]}
    assert secret not in terminal.run("profiles").out


def test_logout_removes_the_token_once_and_keeps_the_address(
    terminal: Terminal, tmp_path: Path
) -> None:
    """The file may be a link: its target is written."""
    kept = tmp_path / "kept.json"
    kept.write_text(json.dumps({"default": {"api_url": URL, "token": token("alice")}}))
    terminal.config.symlink_to(kept)

    first, again = (terminal.run("logout", who=None) for _ in range(2))

    assert (first.code, "✓ signed out, profile default" in first.err) == (0, True)
    assert (again.code, again.err) == (0, "profile default has no token\n")
    default = json.loads(kept.read_text())["default"]
    assert (default["api_url"], default["token"]) == (URL, "")
    assert terminal.config.is_symlink()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("known", "advice"),
    [(["me", "other"], "choose with -p: me, other"), ([], "there is no token to remove")],
)
def test_logout_of_an_unknown_profile_names_the_known_ones(
    terminal: Terminal, known: list[str], advice: str
) -> None:
    terminal.config.write_text(json.dumps({name: {"api_url": URL} for name in known}))

    ran = terminal.run("logout", "-p", "nope", who=None)

    assert (ran.code, "there is no profile 'nope'" in ran.err) == (2, True)
    assert advice in ran.err
    assert "login" not in ran.err


def test_logout_keeps_the_address_of_the_profile(terminal: Terminal) -> None:
    stored = "https://stored.example.com"
    terminal.config.write_text(json.dumps({"me": {"api_url": stored, "token": token("alice")}}))

    assert terminal.run("logout", "-p", "me", who=None).code == 0
    assert json.loads(terminal.config.read_text())["me"]["api_url"] == stored


def test_login_prints_json_without_the_token(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = token("alice")

    def signed_in(url: str, how: object, *, open_browser: bool) -> Profile:
        return Profile(url, secret, "refresh")

    monkeypatch.setattr("cli.commands.auth.sign_in_by_browser", signed_in)

    ran = terminal.run("login", "--profile", "me", "-o", "json")

    assert ran.json == {"profile": "me", "api_url": URL}
    assert "signed in as alice" in ran.err
    assert json.loads(terminal.config.read_text())["me"]["token"] == secret
    assert secret not in ran.out + ran.err


def test_a_token_that_cannot_be_sent_is_wrong_usage(terminal: Terminal) -> None:
    terminal.config.write_text(json.dumps({"me": {"api_url": URL, "token": "schlüssel"}}))

    ran = terminal.run("list", "--profile", "me")

    assert ran.code == 2
    assert "ORDERS_TOKEN" in ran.err
    assert terminal.wire.sent == []


@pytest.mark.parametrize(
    ("minor", "currency", "exponent", "text"),
    [
        (2505, "EUR", 2, "25.05 EUR"),
        (125000, "JPY", 0, "125000 JPY"),
        (2505, "KWD", 3, "2.505 KWD"),
        (-5, "EUR", 2, "-0.05 EUR"),
    ],
)
def test_an_amount_has_the_decimals_that_the_api_returns(
    minor: int, currency: str, exponent: int, text: str
) -> None:
    assert money({"amount_minor": minor, "currency": currency, "exponent": exponent}) == text
