"""Profiles, environment variables, and an API that does not answer."""

import json
import stat

import httpx
import pytest

from cli.sign_in.profiles import Profile
from cli.views.formats import money
from tests.cli.terminal import URL, Terminal, token
from tests.support.world import World


def test_an_api_that_does_not_answer_is_unreachable(terminal: Terminal) -> None:
    terminal.wire.down = True

    ran = terminal.run("list")

    assert (ran.code, ran.out) == (4, "")
    assert f"{URL} does not answer" in ran.err
    assert "python -m local up" in ran.err


@pytest.mark.parametrize(
    ("answer", "code", "printed"),
    [
        (httpx.Response(401, json={"message": "Unauthorized"}), 5, "orders login"),
        (httpx.Response(502, text="<html>"), 4, "orders doctor"),
        (httpx.Response(200, text="<html>"), 4, "ORDERS_API_URL"),
    ],
    ids=["expired", "gateway", "page"],
)
def test_a_response_of_another_server_is_reported_with_advice(
    terminal: Terminal, answer: httpx.Response, code: int, printed: str
) -> None:
    answer.request = httpx.Request("GET", URL)
    terminal.wire.answers = [answer]

    ran = terminal.run("list")

    assert ran.code == code
    assert printed in ran.err


def test_the_advice_without_a_token_is_to_sign_in(terminal: Terminal) -> None:
    ran = terminal.run("list", who=None)

    assert ran.code == 5
    assert "orders login" in ran.err
    assert terminal.wire.sent == []


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


def test_logout_removes_the_token_and_keeps_the_address(terminal: Terminal) -> None:
    terminal.config.write_text(json.dumps({"default": {"api_url": URL, "token": token("alice")}}))

    assert terminal.run("logout").code == 0

    kept = json.loads(terminal.config.read_text())["default"]
    assert (kept["api_url"], kept["token"]) == (URL, "")
    assert stat.S_IMODE(terminal.config.stat().st_mode) == 0o600


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


def test_the_advice_without_an_address_lists_the_settings(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ORDERS_API_URL")

    ran = terminal.run("list")

    assert ran.code == 2
    assert "ORDERS_API_URL" in ran.err
