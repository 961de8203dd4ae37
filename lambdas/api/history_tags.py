"""ETags of answers that show an execution's history.

A history is read from Step Functions, which allows an account 20 reads a second. While a record
does not change, its execution waits, or works on its next write. So the time until a history is
read again grows with the time that the record has been unchanged: watching an order for ten minutes
costs about ten reads. The history of an ended execution is read once.
"""

from lambdas.domain.order import Order

SHORTEST_MS = 1_000
LONGEST_MS = 300_000
"""How long an answer about a running execution counts as current."""

_ENDED = "ended"


def history_tag(order: Order, read_at: int, *, ended: bool) -> str:
    """The tag of an answer made at `read_at` (epoch ms) of executions that have all `ended`."""
    return f'W/"{order.execution}.{order.sequence}.{_ENDED if ended else read_at}"'


def current_tag(if_none_match: str | None, order: Order, now: int) -> str | None:
    """The tag in If-None-Match whose answer still counts as current."""
    own = f'"{order.execution}.{order.sequence}.'
    for tag in (one.strip() for one in (if_none_match or "").split(",")):
        name, _, state = tag.removeprefix("W/").rstrip('"').rpartition(".")
        if f"{name}." == own and (state == _ENDED or _is_recent(state, order, now)):
            return tag
    return None


def _is_recent(state: str, order: Order, now: int) -> bool:
    if not (state.isascii() and state.isdecimal() and len(state) < 16):
        return False
    read_at = int(state)
    unchanged_for = min(max(read_at - order.updated_at, SHORTEST_MS), LONGEST_MS)
    return 0 <= now - read_at < unchanged_for
