"""Profiles and addresses that are not there, and signing out."""

import json
from pathlib import Path

import pytest

from tests.cli.terminal import URL, Terminal, token


def profiles(terminal: Terminal, *names: str, api_url: str = URL) -> None:
    """Keep profiles that are called as those who act by them."""
    kept = {name: {"api_url": api_url, "token": token(name)} for name in names}
    terminal.config.write_text(json.dumps(kept))


@pytest.mark.parametrize("url", ["notaurl", "ftp://orders.example.com", "https://"])
def test_what_is_no_address_is_wrong_usage(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("ORDERS_API_URL", url)

    ran = terminal.run("list")

    assert ran.code == 2
    assert "is no http(s) address" in ran.err
    assert "does not answer" not in ran.err


@pytest.mark.parametrize("chosen", [(), ("-p", "customer")], ids=["environment", "option"])
def test_a_profile_of_an_environment_that_is_down_is_told_with_its_file(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, chosen: tuple[str, ...]
) -> None:
    monkeypatch.delenv("ORDERS_API_URL")
    monkeypatch.setenv("ORDERS_PROFILE", "customer")

    ran = terminal.run("list", *chosen)

    assert ran.code == 2
    assert f"profile 'customer' was asked for, but {terminal.config} is not there" in ran.err
    assert "`python -m local up`" in ran.err
    assert "orders login" in ran.err


def test_a_profile_that_the_environment_asks_for_in_vain_is_told_with_those_that_are(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles(terminal, "alice", "operator")
    monkeypatch.delenv("ORDERS_API_URL")
    monkeypatch.setenv("ORDERS_PROFILE", "customer")

    ran = terminal.run("list")

    assert ran.code == 2
    assert "there is no profile 'customer'" in ran.err
    assert "known profiles: alice, operator" in ran.err


def test_without_a_choice_the_profiles_to_choose_from_are_told(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles(terminal, "alice", "approver")

    no_token = terminal.run("list", who=None)
    monkeypatch.delenv("ORDERS_API_URL")
    no_address = terminal.run("list", who=None)

    assert (no_token.code, no_address.code) == (5, 2)
    assert "choose with -p: alice, approver" in no_token.err
    assert "choose with -p: alice, approver" in no_address.err


def test_who_signs_out_twice_is_told_that_nobody_was_signed_in(terminal: Terminal) -> None:
    terminal.config.write_text(json.dumps({"default": {"api_url": URL, "token": token("alice")}}))

    first, again = (terminal.run("logout", who=None) for _ in range(2))

    assert "✓ signed out, profile default" in first.err
    assert (again.code, again.err) == (0, "no token was kept, profile default\n")


def test_signing_out_acts_as_nobody(terminal: Terminal) -> None:
    told = terminal.run("logout", "--help").out

    assert "Act as" not in told
    assert "Forget the tokens of this profile" in told


def test_a_file_that_begins_with_a_byte_order_mark_is_read(terminal: Terminal) -> None:
    profiles(terminal, "alice")
    terminal.config.write_bytes(b"\xef\xbb\xbf" + terminal.config.read_bytes())

    assert terminal.run("list", "-p", "alice", who=None).code == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("not json", "it is no JSON"),
        ("[]", "it is no JSON object"),
        ('{"me": 1}', "profile 'me' is no JSON object"),
        ('{"me": {"url": "x"}}', "profile 'me' has 'url'; known are api_url, token"),
        ('{"me": {"api_url": 1}}', "'api_url' of profile 'me' is no text"),
    ],
)
def test_a_file_of_profiles_that_cannot_be_used_is_a_sentence_that_names_the_place(
    terminal: Terminal, content: str, said: str
) -> None:
    terminal.config.write_text(content)

    ran = terminal.run("profiles")

    assert ran.code == 2
    assert f"{terminal.config} is not a file of profiles: {said}" in ran.err


def test_a_profile_is_kept_where_a_link_points_to(terminal: Terminal, tmp_path: Path) -> None:
    content = {"default": {"api_url": URL, "token": token("alice")}}
    terminal.config.write_text(json.dumps(content))
    kept = terminal.config.rename(tmp_path / "kept.json")
    terminal.config.symlink_to(kept)

    assert terminal.run("logout", who=None).code == 0

    assert terminal.config.is_symlink()
    assert json.loads(kept.read_text())["default"]["token"] == ""
