"""Text for a terminal: styled parts, and escaped control characters in untrusted values."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from rich.text import Text

Cell = str | Text
"""One cell of a table. Strings are printed literally, without markup."""

_JOINERS = "\u200c\u200d"
"""Format characters that join or separate letters and emoji; the API accepts them too."""


def visible(text: str, *, keep: str = "") -> str:
    r"""Replace every invisible character with an escape such as `\x9b`, except those in `keep`.

    Control and format characters (Cc, Cf) move the cursor, recolour, reorder or hide text. Line
    and paragraph separators can fake an extra line. Surrogates cannot be encoded. The effect of
    private-use and unassigned code points depends on the terminal. (Unicode Standard, 4.5 "General
    Category"; ECMA-48 for C0 and C1)
    """
    if text.isprintable():
        return text
    return "".join(one if _is_shown(one) or one in keep else _escape(one) for one in text)


def visible_data(data: Any) -> Any:
    """Apply `visible` to every string in JSON data, including the names of fields."""
    if isinstance(data, str):
        return visible(data)
    if isinstance(data, Mapping):
        shown = {visible(name): visible_data(value) for name, value in data.items()}
        return type(data)(shown) if isinstance(data, dict) else shown
    if isinstance(data, list | tuple):
        return [visible_data(one) for one in data]
    return data


def line(*parts: Cell | tuple[str, str], between: str = "") -> Text:
    """Join parts into one text; a part is a string, a text, or a string with a style."""
    texts = (part if isinstance(part, Text) else _style_part(part) for part in parts)
    return Text(between).join(texts)


def _style_part(part: str | tuple[str, str]) -> Text:
    text, style = (part, "") if isinstance(part, str) else part
    return Text(visible(text, keep="\n"), style=style)


def _is_shown(one: str) -> bool:
    return one.isprintable() or one in _JOINERS or unicodedata.category(one) == "Zs"


def _escape(one: str) -> str:
    r"""Escape a character like Python: `\n`, `\x9b`, `\u202e`, `\U000e0001`."""
    return one.encode("unicode_escape", "backslashreplace").decode("ascii")
