"""The link in an e-mail to an approver: it shows one order, and approves it once.

Its code names the order and contains a secret of 176 bits. The order stores only the digest of the
code, so a record or a history is not enough to make a link. A link is valid until the wait ends. It
works once, because a link always sends a signal with the same ID.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable

from lambdas.domain.record.order import Order

ORDER_ID_CHARACTERS = 26
SECRET_BYTES = 22
"""Together with the order's id a multiple of three: base64 without padding."""
SHOWN_AFTER_DEADLINE_MS = 24 * 3_600_000
"""A link needs no token: it must not show the order for ever."""
CODE = r"^[A-Za-z0-9_-]{64}$"


def new_code(order_id: str, random_bytes: Callable[[int], bytes]) -> str:
    """A code for an order's link. `order_id` is a ULID.

    It ends in a letter or digit: mail programs leave other characters out of a link's end. Raises
    ValueError for an id of another length: its code would always end in padding.
    """
    if len(order_id) != ORDER_ID_CHARACTERS:
        raise ValueError(f"not the id of an order: {order_id}")
    while True:
        code = base64.urlsafe_b64encode(order_id.encode() + random_bytes(SECRET_BYTES)).decode()
        if code[-1].isalnum():
            return code


def named_order(code: str) -> str | None:
    """The id of the order that a code names; None when it is no code."""
    try:
        return base64.urlsafe_b64decode(code)[:ORDER_ID_CHARACTERS].decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None


def digest(code: str) -> str:
    """What the order keeps of a code."""
    return hashlib.sha256(code.encode()).hexdigest()


def opens(order: Order, code: str) -> bool:
    """True when the code was made for the order. Comparing digests leaks no timing information."""
    return digest(code) in order.approval_links


def has_ended(order: Order, now: int) -> bool:
    """True from a day after the approval deadline: until then the link's page shows the result."""
    deadline = order.approval_deadline
    return deadline is None or now > deadline + SHOWN_AFTER_DEADLINE_MS


def signal_id(code: str) -> str:
    """The id of the only signal that a link can send."""
    return f"approval-link-{digest(code)[:32]}"
