"""Free text: one line that a person wrote and other people read in pages, terminals and e-mails.

Accepted are letters, marks, numbers, punctuation, symbols and spaces. Refused are the category
Other (controls, format controls that reorder or hide text, surrogates, private use, unassigned) and
the separators of lines and paragraphs. (The Unicode Standard, table 4-4; UTR 36, 3.3)
"""

import unicodedata

_JOINERS = "\u200c\u200d"
"""Format characters that scripts and emoji need: zero width non-joiner and joiner."""
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and symbols that show nothing: Hangul fillers and the empty Braille pattern."""
_VISIBLE = "LNPS"


def fault_of(text: str) -> str | None:
    """Why the text is refused, as "Must not …"; None for a text that is accepted."""
    refused = next((one for one in text if not is_accepted(one)), None)
    if refused is not None:
        return (
            f"Must not contain the character U+{ord(refused):04X}: "
            "use letters, digits, punctuation, symbols and spaces"
        )
    return None if any(map(_is_visible, text)) else "Must not be blank"


def is_accepted(character: str) -> bool:
    """True for a character that is shown as itself, or is a space."""
    shown = character.isprintable() or character in _JOINERS
    return shown or unicodedata.category(character) == "Zs"


def blank_out(text: str) -> str:
    """The text on one line, with a space in place of every character that is not accepted."""
    return "".join(one if is_accepted(one) else " " for one in text)


def escape(text: str) -> str:
    r"""The text with every character that is not accepted as a JSON escape (`\u009b`).

    A JSON document keeps its meaning.
    """
    return text if text.isprintable() else "".join(map(_escape, text))


def _is_visible(character: str) -> bool:
    return unicodedata.category(character)[0] in _VISIBLE and character not in _BLANK


def _escape(character: str) -> str:
    if is_accepted(character):
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
