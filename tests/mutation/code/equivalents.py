"""Mutants that are equivalent to the code, each with the reason; all others must be detected."""

import re
from collections.abc import Mapping

_ZIPPED = r"domain\.(asking\._left|compensating\.begin_compensation)"

EQUIVALENT: Mapping[str, str] = {
    rf"{_ZIPPED}: .*zip\(.*(strict=(None|False)|, )\).*": (
        "both sequences have the same length by construction; `strict` only documents it"
    ),
    r"domain\.asking\._left: .*max\(claimed, default=None\).*": "a slice from None begins at 0",
    r"domain\.asking\._nobody_looks_at: return 1 if .*": "every instant is far above 1 ms",
    r"domain\.admission\.refuse_unless_repeated: .*or now \+ 2\).*": (
        "without a deadline, any time after now is valid"
    ),
    r"domain\.approval_links\.named_order: .*decode\(\"ASCII\"\)": "the same codec",
    r"domain\.approving\.apply_next: return begin_compensation\(order, now, error=.*\)": (
        "a pending cancel, which is the reason, takes precedence over the error"
    ),
    r"domain\.approving\._add_line: sku, quantity = .*": (
        "the API accepts no line without SKU and quantity; the defaults are for the type checker"
    ),
    r"domain\.approving\.next_step: left = _seconds\(max\(1, .*": (
        "0 and 1 ms are both rounded up to one second"
    ),
    r"domain\.changes\.next_check: .*min\(order\.compensation_attempts, 8\).*": (
        "seven doublings already exceed the limit of an hour"
    ),
    r"domain\.commits\.Orders\.change: readings = .*\(seen is None\) and False.*": (
        "a reading of None is replaced by a new one, like a missing reading"
    ),
    r"domain\.mails\.approval_mail: .*approval_deadline or 1\).*": (
        "0 and 1 ms after the epoch are the same second"
    ),
    r"domain\.mails\._instant: .*milliseconds / 1000.*": "a fraction of a second is not shown",
    r"domain\.task\._failure: cause = json\.loads\(caught\.get\(\"Cause\", \"XXXX\"\)\)": (
        "neither is JSON"
    ),
}
"""Pattern of `function: its new lines` -> why the behaviour is the same."""


def why_equivalent(change: str) -> str | None:
    """The reason why a mutant is equivalent; None if it is not listed."""
    return next((why for pattern, why in EQUIVALENT.items() if re.fullmatch(pattern, change)), None)
