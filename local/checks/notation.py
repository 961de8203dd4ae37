"""The notation of an order's path, in scenarios and for observed executions.

One entry per line, in the order of the states:

    ReserveStock               the state, one attempt
    ProcessPayment x3          the state, three attempts (two retries)
    AwaitSignal~tick           the wait, ended by the tick instead of the doorbell
                               (plain AwaitSignal: ended by either)
    (AwaitSignal ApplySignals RouteDecision)+
                               these states in sequence, once or more; with * zero or more
    EnrichOrder {A | B x2 C}   a Parallel state; branches in any order
    ...                        any further states of the same execution, or none
    = SUCCEEDED                the final status of the execution; later entries belong to the
                               next execution of the same order
"""

import re
from collections.abc import Iterator, Sequence

_WORD = re.compile(r"[A-Za-z0-9]+(?:~tick)?(?: x\d+)?")
_LOOP = re.compile(r"\(([^()]+)\)([+*])")
_PARALLEL = re.compile(r"([A-Za-z0-9]+) ?\{([^{}]+)\}")
_END = re.compile(r"= ([A-Z_]+)")
_SEPARATOR = ";"
_ANY = "..."
WAIT = "AwaitSignal"


class InvalidNotation(ValueError):
    """An entry of a path is invalid."""


def parallel(name: str, inside: Sequence[str]) -> str:
    """The notation of an observed Parallel state with these states inside."""
    return f"{name} {{{' '.join(sorted(inside))}}}"


def end_entry(status: str) -> str:
    """The notation of the final status of an execution."""
    return f"= {status}"


def pattern(entry: str) -> str:
    """The regular expression of one entry. Raises InvalidNotation."""
    entry = entry.strip()
    if entry == _ANY:
        return f"(?:(?!= )[^{_SEPARATOR}]+{_SEPARATOR})*"
    if loop := _LOOP.fullmatch(entry):
        words = "".join(_word_pattern(word) for word in _words(loop[1]))
        return f"(?:{words}){loop[2]}"
    if found := _PARALLEL.fullmatch(entry):
        inside = [word for branch in found[2].split("|") for word in _words(branch)]
        return re.escape(parallel(found[1], inside)) + _SEPARATOR
    if _END.fullmatch(entry):
        return re.escape(entry) + _SEPARATOR
    return "".join(_word_pattern(word) for word in _words(entry, only=1))


def matches(expected: Sequence[str], seen: Sequence[str]) -> bool:
    """Whether the observed path matches the expected entries."""
    return re.fullmatch("".join(map(pattern, expected)), _text(seen)) is not None


def difference(expected: Sequence[str], seen: Sequence[str]) -> str | None:
    """Describe the first difference of the paths; None if they match."""
    if matches(expected, seen):
        return None
    fitting, reached = _match_start(expected, seen)
    wanted = expected[fitting] if fitting < len(expected) else "the end"
    found = seen[reached] if reached < len(seen) else "the end"
    after = f"after {seen[reached - 1]}" if reached else "at the start"
    return f"{after}: expected {wanted}, saw {found}"


def _match_start(expected: Sequence[str], seen: Sequence[str]) -> tuple[int, int]:
    """The number of expected entries that match the start of the observed path, and how many
    observed entries they match.
    """
    text = _text(seen)
    for count in range(len(expected), 0, -1):
        found = re.match("".join(map(pattern, expected[:count])), text)
        if found:
            return count, found[0].count(_SEPARATOR)
    return 0, 0


def _text(seen: Sequence[str]) -> str:
    return "".join(f"{entry}{_SEPARATOR}" for entry in seen)


def _word_pattern(word: str) -> str:
    either = "(?:~tick)?" if word == WAIT else ""
    return re.escape(word) + either + _SEPARATOR


def _words(text: str, *, only: int | None = None) -> Iterator[str]:
    found = _WORD.findall(text)
    if not found or " ".join(found) != " ".join(text.split()) or only not in (None, len(found)):
        raise InvalidNotation(f"cannot read {text.strip()!r} in a path")
    yield from found
