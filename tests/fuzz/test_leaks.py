"""The search finds canaries where they are forbidden, and does not repeat them."""

import pytest

from tests.fuzz.canaries import EVERYWHERE, Canary, leaks

ADDRESS = Canary("e-mail address", "canary.1@example.com")
TOKEN = Canary("task token", "AQCk-token", EVERYWHERE - {"histories"})
QUIET: dict[str, list[str]] = {place: ["nothing here"] for place in EVERYWHERE}


def leaking(place: str, text: str) -> dict[str, list[str]]:
    return {**QUIET, place: [*QUIET[place], text]}


def test_where_nothing_leaks_nothing_is_found() -> None:
    assert list(leaks(QUIET, [ADDRESS, TOKEN])) == []


@pytest.mark.parametrize("place", sorted(EVERYWHERE))
def test_a_leaking_text_is_found_in_every_place(place: str) -> None:
    text = f'could not mail "{ADDRESS.text}": try later'

    (found,) = leaks(leaking(place, text), [ADDRESS, TOKEN])

    assert found.startswith(f"{place} contain the e-mail address")
    assert "could not mail" in found
    assert ADDRESS.text not in found


def test_a_canary_may_be_where_it_is_allowed() -> None:
    assert list(leaks(leaking("histories", TOKEN.text), [TOKEN])) == []
    assert list(leaks(leaking("logs", TOKEN.text), [TOKEN])) != []
