"""ETags of answers that contain the history of an execution.

Step Functions allows an account 20 history reads a second. While the order's record is unchanged,
its execution usually waits. So the longer the record has been unchanged, the longer an answer stays
current: ten minutes of polling cost about ten reads. The history of an ended execution is read
once.
"""

import re

from lambdas.domain.record.order import Order

SHORTEST_MS = 1_000
LONGEST_MS = 300_000
"""Minimum and maximum time for which an answer about a running execution is current."""

_ENDED = "ended"
_INSTANT = re.compile("[0-9]{1,15}")


def history_tag(order: Order, read_at: int, *, ended: bool) -> str:
    """The tag of a history read at `read_at` (epoch ms). `ended`: whether no execution runs."""
    return f'W/"{order.execution}.{order.sequence}.{_ENDED if ended else read_at}"'


def current_tag(if_none_match: str | None, order: Order, now: int) -> str | None:
    """The tag in If-None-Match whose answer is still current, or None."""
    own = f'"{order.execution}.{order.sequence}.'
    for tag in (one.strip() for one in (if_none_match or "").split(",")):
        name, _, state = tag.removeprefix("W/").removesuffix('"').rpartition(".")
        if f"{name}." == own and (state == _ENDED or _is_recent(state, order, now)):
            return tag
    return None


def _is_recent(state: str, order: Order, now: int) -> bool:
    if not _INSTANT.fullmatch(state):
        return False
    read_at = int(state)
    unchanged_for = min(max(read_at - order.updated_at, SHORTEST_MS), LONGEST_MS)
    return 0 <= now - read_at < unchanged_for
