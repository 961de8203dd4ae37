"""Missing and invalid profiles and addresses."""

import json

import pytest

from tests.cli.terminal import URL, Terminal, token


def profiles(terminal: Terminal, *names: str, api_url: str = URL) -> None:
    """Store profiles named after their users."""
    kept = {name: {"api_url": api_url, "token": token(name)} for name in names}
    terminal.config.write_text(json.dumps(kept))


@pytest.mark.parametrize("url", ["notaurl", "ftp://orders.example.com", "https://"])
def test_an_invalid_address_is_wrong_usage(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("ORDERS_API_URL", url)

    ran = terminal.run("list")

    assert ran.code == 2
    assert "is not an http(s) address" in ran.err
    assert "does not answer" not in ran.err


@pytest.mark.parametrize("chosen", [(), ("-p", "customer")], ids=["environment", "option"])
def test_a_missing_profile_of_a_stopped_environment_is_reported_with_its_file(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, chosen: tuple[str, ...]
) -> None:
    monkeypatch.delenv("ORDERS_API_URL")
    monkeypatch.setenv("ORDERS_PROFILE", "customer")

    ran = terminal.run("list", *chosen)

    assert ran.code == 2
    assert f"profile 'customer' does not exist: there is no file {terminal.config}" in ran.err
    assert "`python -m local up`" in ran.err
    assert "orders login" in ran.err


def test_an_unknown_profile_in_the_environment_is_reported_with_the_known_ones(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles(terminal, "alice", "operator")
    monkeypatch.delenv("ORDERS_API_URL")
    monkeypatch.setenv("ORDERS_PROFILE", "customer")

    ran = terminal.run("list")

    assert ran.code == 2
    assert "there is no profile 'customer'" in ran.err
    assert "known profiles: alice, operator" in ran.err


@pytest.mark.parametrize(
    ("known", "no_token", "no_address"),
    [
        ((), "orders login", "ORDERS_API_URL"),
        (("alice", "approver"), *["choose with -p: alice, approver"] * 2),
    ],
    ids=["without profiles", "with profiles"],
)
def test_the_advice_without_a_token_or_an_address_is_to_sign_in_or_to_choose_a_profile(
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    known: tuple[str, ...],
    no_token: str,
    no_address: str,
) -> None:
    if known:
        profiles(terminal, *known)

    without_token = terminal.run("list", who=None)
    monkeypatch.delenv("ORDERS_API_URL")
    without_address = terminal.run("list", who=None)

    assert (without_token.code, without_address.code) == (5, 2)
    assert no_token in without_token.err
    assert no_address in without_address.err
    assert terminal.wire.sent == []


def test_a_file_that_begins_with_a_byte_order_mark_is_read(terminal: Terminal) -> None:
    profiles(terminal, "alice")
    terminal.config.write_bytes(b"\xef\xbb\xbf" + terminal.config.read_bytes())

    assert terminal.run("list", "-p", "alice", who=None).code == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"not json", "it is not JSON"),
        (b"", "it is not JSON"),
        ("{}".encode("utf-16"), "it is not JSON"),
        (b"[" * 100_000, "it is not JSON"),
        (b"[]", "it is not a JSON object"),
        (b'{"me": 1}', "profile 'me' is not a JSON object"),
        (b'{"me": {"url": "x"}}', "unknown 'url' in 'me'; known: api_url, token"),
        (b'{"me": {"api_url": 1}}', "'api_url' of profile 'me' is not a string"),
    ],
    ids=lambda value: str(value[:20]),
)
def test_an_invalid_profiles_file_is_reported_with_the_invalid_field(
    terminal: Terminal, content: bytes, said: str
) -> None:
    terminal.config.write_bytes(content)

    ran = terminal.run("profiles")

    assert ran.code == 2
    assert f"{terminal.config} is not a profiles file: {said}" in ran.err
