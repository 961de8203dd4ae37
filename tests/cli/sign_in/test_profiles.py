"""Missing profiles and addresses, and signing out."""

import json
from pathlib import Path

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


def test_without_a_selected_profile_the_known_profiles_are_listed(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles(terminal, "alice", "approver")

    no_token = terminal.run("list", who=None)
    monkeypatch.delenv("ORDERS_API_URL")
    no_address = terminal.run("list", who=None)

    assert (no_token.code, no_address.code) == (5, 2)
    assert "choose with -p: alice, approver" in no_token.err
    assert "choose with -p: alice, approver" in no_address.err


def test_a_second_logout_reports_that_there_is_no_token(terminal: Terminal) -> None:
    terminal.config.write_text(json.dumps({"default": {"api_url": URL, "token": token("alice")}}))

    first, again = (terminal.run("logout", who=None) for _ in range(2))

    assert "✓ signed out, profile default" in first.err
    assert (again.code, again.err) == (0, "profile default has no token\n")


def test_a_file_that_begins_with_a_byte_order_mark_is_read(terminal: Terminal) -> None:
    profiles(terminal, "alice")
    terminal.config.write_bytes(b"\xef\xbb\xbf" + terminal.config.read_bytes())

    assert terminal.run("list", "-p", "alice", who=None).code == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("not json", "it is not JSON"),
        ("[]", "it is not a JSON object"),
        ('{"me": 1}', "profile 'me' is not a JSON object"),
        ('{"me": {"url": "x"}}', "unknown 'url' in 'me'; known: api_url, token"),
        ('{"me": {"api_url": 1}}', "'api_url' of profile 'me' is not a string"),
    ],
)
def test_an_invalid_profiles_file_is_reported_with_the_invalid_field(
    terminal: Terminal, content: str, said: str
) -> None:
    terminal.config.write_text(content)

    ran = terminal.run("profiles")

    assert ran.code == 2
    assert f"{terminal.config} is not a profiles file: {said}" in ran.err


def test_a_profile_is_stored_at_the_target_of_a_link(terminal: Terminal, tmp_path: Path) -> None:
    content = {"default": {"api_url": URL, "token": token("alice")}}
    terminal.config.write_text(json.dumps(content))
    kept = terminal.config.rename(tmp_path / "kept.json")
    terminal.config.symlink_to(kept)

    assert terminal.run("logout", who=None).code == 0

    assert terminal.config.is_symlink()
    assert json.loads(kept.read_text())["default"]["token"] == ""
