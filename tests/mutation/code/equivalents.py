"""Mutants that behave as the code does, each with the reason; everything else must be noticed."""

import re
from collections.abc import Mapping

_ZIPPED = r"domain\.(asking\._left|compensating\.begin_compensation)"

EQUIVALENT: Mapping[str, str] = {
    rf"{_ZIPPED}: .*zip\(.*(strict=(None|False)|, )\).*": (
        "both sequences are of one length by construction; `strict` only says so"
    ),
    r"domain\.asking\._left: .*max\(claimed, default=None\).*": "a slice from None begins at 0",
    r"domain\.asking\._nobody_looks_at: return 1 if .*": "every instant is far above 1 ms",
    r"domain\.admission\.refuse_unless_repeated: .*or now \+ 2\).*": (
        "without a deadline, any instant after now will do"
    ),
    r"domain\.approval_links\.named_order: .*decode\(\"ASCII\"\)": "the same codec",
    r"domain\.approving\.apply_next: return begin_compensation\(order, now, error=.*\)": (
        "a pending cancel, which is the reason, outranks the error"
    ),
    r"domain\.approving\._add_line: sku, quantity = .*": (
        "the API takes no line without SKU and quantity; the defaults are for the type checker"
    ),
    r"domain\.approving\.next_step: left = _seconds\(max\(1, .*": (
        "0 and 1 ms are both waited for as one second"
    ),
    r"domain\.changes\.next_check: .*min\(order\.compensation_attempts, 8\).*": (
        "seven doublings are beyond the limit of an hour already"
    ),
    r"domain\.commits\.Orders\.change: readings = .*\(seen is None\) and False.*": (
        "a reading of None is replaced by a fresh one, as no reading is"
    ),
    r"domain\.mails\.approval_mail: .*approval_deadline or 1\).*": (
        "0 and 1 ms after the epoch are the same second"
    ),
    r"domain\.mails\._instant: .*milliseconds / 1000.*": "a fraction of a second is not shown",
    r"domain\.task\._failure: cause = json\.loads\(caught\.get\(\"Cause\", \"XXXX\"\)\)": (
        "neither is JSON"
    ),
}
"""Pattern of `function: its new lines` -> why nobody can tell it from the code."""


def why_equivalent(change: str) -> str | None:
    """The reason, None for a mutant that has none."""
    return next((why for pattern, why in EQUIVALENT.items() if re.fullmatch(pattern, change)), None)
