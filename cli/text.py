"""Text on a terminal: styled parts, and values of other people that cannot steer the terminal."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from rich.text import Text

Cell = str | Text
"""What a table shows in one place. Strings are shown literally: there is no markup."""

_JOINERS = "\u200c\u200d"
"""Format characters that only join or part letters and emoji; the API accepts them too."""


def visible(text: str, *, keep: str = "") -> str:
    r"""The text with every character that is not visible written as an escape, as `\x9b`.

    Control and format characters (Cc, Cf) move the cursor, recolour, reorder or hide text; line
    and paragraph separators can fake an extra line; surrogates cannot be written at all; what
    private-use and unassigned code points do depends on the terminal. `keep` holds characters that
    stay as they are. (Unicode Standard, 4.5 "General Category"; ECMA-48 for C0 and C1)
    """
    if text.isprintable():
        return text
    return "".join(one if _is_shown(one) or one in keep else _escape(one) for one in text)


def visible_data(data: Any) -> Any:
    """JSON data with every string in it made visible, the names of fields too."""
    if isinstance(data, str):
        return visible(data)
    if isinstance(data, Mapping):
        shown = {visible(name): visible_data(value) for name, value in data.items()}
        return type(data)(shown) if isinstance(data, dict) else shown
    if isinstance(data, list | tuple):
        return [visible_data(one) for one in data]
    return data


def line(*parts: Cell | tuple[str, str], between: str = "") -> Text:
    """One text of several parts, each a string, a text, or a string with its style."""
    texts = (part if isinstance(part, Text) else _styled(part) for part in parts)
    return Text(between).join(texts)


def _styled(part: str | tuple[str, str]) -> Text:
    text, style = (part, "") if isinstance(part, str) else part
    return Text(visible(text, keep="\n"), style=style)


def _is_shown(one: str) -> bool:
    return one.isprintable() or one in _JOINERS or unicodedata.category(one) == "Zs"


def _escape(one: str) -> str:
    r"""`\n`, `\x9b`, `\u202e`, `\U000e0001`: as Python and JSON programmers know them."""
    return one.encode("unicode_escape", "backslashreplace").decode("ascii")
