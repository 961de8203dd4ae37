"""The header `Prefer`. The API supports only the preference `wait`. (RFC 7240)"""

import re

LONGEST_WAIT_SECONDS = 10
"""Well below the integration timeout of API Gateway, 30 seconds."""

_PREFERENCE = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*(?:"|\\?$))+')
"""One preference with its parameters. A comma inside quotes is no separator. An unclosed quote ends
with the header.
"""
_NAME_AND_VALUE = re.compile(r'\s*([^\s=;,"]+)\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^\s;,"]*)\s*)?(?:;|$)')
_SECONDS = re.compile(r"[0-9]{1,9}")


def preferred_wait(prefer: str | None) -> int | None:
    """The seconds of `Prefer: wait=N`, at most LONGEST_WAIT_SECONDS; None if it is absent.

    Only the first `wait` is read, quoted or not. A value that is no number is ignored. (RFC 7240,
    2 and 4.3)
    """
    for preference in _PREFERENCE.findall(prefer or ""):
        found = _NAME_AND_VALUE.match(preference)
        if found and found[1].lower() == "wait":
            value = (found[2] or "").strip('"')
            return min(int(value), LONGEST_WAIT_SECONDS) if _SECONDS.fullmatch(value) else None
    return None
