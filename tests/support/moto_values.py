"""A faster serialisation of DynamoDB's values: moto 5.2.5 spends a quarter of its time on it."""

from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

from moto.core.serialize import ResponseSerializer

_search = ResponseSerializer.get_value


def read_values_directly() -> AbstractContextManager[Any]:
    """Read each member of a DynamoDB value by its name, without a search for other spellings."""
    return patch.object(ResponseSerializer, "get_value", _get_value)


def _get_value(self: ResponseSerializer, value: Any, key: str, shape: Any) -> Any:
    if type(value) is dict and shape.parent.name == "AttributeValue":
        return value.get(key)
    return _search(self, value, key, shape)
