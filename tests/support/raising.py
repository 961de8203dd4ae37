"""Errors of the domain, compared as a whole."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lambdas.domain.errors import OrderError


@contextmanager
def raises(error: type[OrderError], message: str, order_id: str = "") -> Iterator[None]:
    """The block raises this error with exactly this message and order."""
    with pytest.raises(error) as raised:
        yield
    assert (raised.value.message, raised.value.order_id) == (message, order_id)
