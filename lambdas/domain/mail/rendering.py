"""Renders the files of `lambdas/mail_texts`: one folder a language, plain text and HTML.

A value is data in every file: it is inserted once, on one line, and escaped in HTML. Text that a
person wrote is also defanged, because e-mail programs make links of addresses in plain text.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

from lambdas.domain.free_text import blank_out

TEXTS = Path(__file__).parents[2] / "mail_texts"
DEFAULT_LANGUAGE = "en"
"""The language of customers without one; it has every file."""
_ADDRESS = re.compile(r":(?=//)|(?<=\w)\.(?=[^\W\d_]{2})|@(?=\w)")
"""The characters that make a word an address: `https://`, `example.com`, `a@b`."""


class Message(NamedTuple):
    """One e-mail in both forms."""

    subject: str
    text: str
    html: str


class MailTags(NamedTuple):
    """Names an e-mail: its order, and its name in the ledger."""

    order_id: str
    mail: str


def render(
    name: str, language: str, values: Mapping[str, str | int], lines: tuple[str, ...] = ()
) -> Message:
    """Return the e-mail `name` in the language, or in English if the language does not have it.

    `lines` is `$lines` in the files: one line each in plain text, one list item each in HTML.
    """
    clean = {key: blank_out(str(value)) for key, value in values.items()}
    shown = [blank_out(line) for line in lines]
    subject, _, text = _file(language, f"{name}.txt").partition("\n\n")
    escaped = {key: escape(value) for key, value in clean.items()}
    items = "\n".join(f"<li>{escape(line)}</li>" for line in shown)
    return Message(
        Template(subject.removeprefix("Subject: ")).substitute(clean),
        Template(text).substitute(clean, lines="\n".join(f"  {line}" for line in shown)),
        Template(_file(language, f"{name}.html")).substitute(escaped, lines=items),
    )


def phrase(name: str, language: str, values: Mapping[str, str | int]) -> str | None:
    """Return a phrase of the language's `phrases.json`; None if the language does not have it."""
    found = _phrases(language).get(name)
    return None if found is None else Template(found).substitute(values)


def defang(words: str) -> str:
    """The words with `[:]`, `[.]` and `[@]` in addresses, so that no program makes a link."""
    return _ADDRESS.sub(lambda found: f"[{found[0]}]", words)


@cache
def languages() -> frozenset[str]:
    """The languages that have a folder."""
    return frozenset(folder.name for folder in TEXTS.iterdir() if folder.is_dir())


@cache
def _file(language: str, name: str) -> str:
    path = TEXTS / _folder(language) / name
    chosen = path if path.is_file() else TEXTS / DEFAULT_LANGUAGE / name
    return chosen.read_text(encoding="utf-8")


@cache
def _phrases(language: str) -> Mapping[str, str]:
    phrases: dict[str, Any] = json.loads(_file(language, "phrases.json"))
    return phrases


def _folder(language: str) -> str:
    """The folder of `de-AT` is `de-AT`, else `de`, else English."""
    choices = (language, language.partition("-")[0])
    return next((choice for choice in choices if choice in languages()), DEFAULT_LANGUAGE)
