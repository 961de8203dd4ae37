"""Free text: what one user may write for another to read."""

import sys
import unicodedata

import pytest

from lambdas.domain.free_text import blank_out, escape, fault_of, is_accepted

REFUSED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode general categories that control, reorder or hide text, or mean nothing."""


def categories() -> dict[str, list[str]]:
    """Every character by its general category."""
    found: dict[str, list[str]] = {}
    for code in range(sys.maxunicode + 1):
        found.setdefault(unicodedata.category(chr(code)), []).append(chr(code))
    return found


CATEGORIES = categories()


@pytest.mark.parametrize("category", sorted(CATEGORIES))
def test_a_character_is_accepted_by_its_general_category(category: str) -> None:
    accepted = {one for one in CATEGORIES[category] if is_accepted(one)}
    joiners = {"\u200c", "\u200d"} & set(CATEGORIES[category])

    assert accepted == (joiners if category in REFUSED else set(CATEGORIES[category]))


@pytest.mark.parametrize("category", sorted(CATEGORIES))
def test_only_characters_that_are_not_accepted_are_blanked_out(category: str) -> None:
    characters = CATEGORIES[category]

    blanked = blank_out("".join(characters))

    kept = {"\u200c", "\u200d"} if category in REFUSED else set(characters)
    assert set(blanked) - {" "} == (kept & set(characters)) - {" "}
    assert len(blanked) == len(characters)


@pytest.mark.parametrize("category", sorted(REFUSED))
def test_a_text_with_a_refused_character_names_it(category: str) -> None:
    refused = next(one for one in CATEGORIES[category] if not is_accepted(one))

    fault = fault_of(f"changed my mind{refused}")

    assert fault is not None
    assert f"U+{ord(refused):04X}" in fault
    assert fault.isprintable()


@pytest.mark.parametrize("text", ["", " ", "\u00a0", "\u3000 \u2003", "\u2800", "\u3164", "\u200d"])
def test_a_text_that_shows_nothing_is_blank(text: str) -> None:
    assert fault_of(text) == "Must not be blank"


@pytest.mark.parametrize("text", ["no longer needed", "zu spät 😀", "👩‍💻", "ممتاز", "不要了", "é"])
def test_a_text_of_any_script_is_accepted(text: str) -> None:
    assert fault_of(text) is None
    assert escape(text) == text
    assert blank_out(text) == text


def test_characters_that_are_not_accepted_are_escaped() -> None:
    assert escape("a\u009b31m\u202eb\U000e0041") == "a\\u009b31m\\u202eb\\udb40\\udc41"
