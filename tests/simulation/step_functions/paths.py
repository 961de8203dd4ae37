"""JSONPath as far as the definition goes: `$`, `$.name.name`, `$[0]`, values of the context object,
and an addition.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from tests.simulation.step_functions.definition import Unsupported

_NAMES = re.compile(r"\$(\.[A-Za-z_]+)*")
_ITEM = re.compile(r"\$\[(?P<index>\d)\]")
_ADDITION = re.compile(r"States\.MathAdd\((?P<path>[^,]+), (?P<number>\d+)\)")


class StatesRuntime(Exception):
    """A path finds nothing: AWS ends the execution, and no Catch helps."""


def exists(path: str, data: Any) -> bool:
    """True when the path finds something."""
    try:
        find(path, data)
    except StatesRuntime:
        return False
    return True


def find(path: str, data: Any) -> Any:
    """What the path finds. Raises StatesRuntime."""
    if item := _ITEM.fullmatch(path):
        place = int(item["index"])
        if not isinstance(data, list | tuple) or place >= len(data):
            raise StatesRuntime(f"{path} finds nothing")
        return data[place]
    for name in _names(path):
        if not isinstance(data, Mapping) or name not in data:
            raise StatesRuntime(f"{path} finds nothing")
        data = data[name]
    return data


def put(path: str | None, data: Any, result: Any) -> Any:
    """ResultPath: the data with the result at its place; None drops the result. Parents that do
    not exist are created, as AWS does.
    """
    return data if path is None else _put(_names(path), data, result)


def _put(names: list[str], data: Any, result: Any) -> Any:
    if not names:
        return result
    first, *rest = names
    return {**data, first: _put(rest, data.get(first, {}), result)}


def fill_template(
    template: Mapping[str, Any], data: Any, context: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any]:
    """A payload template with its paths replaced by what they find. `context` has the values of the
    context object by path. Raises StatesRuntime.
    """
    result: dict[str, Any] = {}
    for key, value in template.items():
        if key.endswith(".$"):
            found = context[value] if value in context else _evaluate(value, data)
            result[key[:-2]] = found
        elif isinstance(value, Mapping):
            result[key] = fill_template(value, data, context)
        else:
            result[key] = value
    return result


def _evaluate(expression: str, data: Any) -> Any:
    addition = _ADDITION.fullmatch(expression)
    if addition is None:
        return find(expression, data)
    return find(addition["path"], data) + int(addition["number"])


def _names(path: str) -> list[str]:
    if not _NAMES.fullmatch(path):
        raise Unsupported(f"path {path}")
    return path.split(".")[1:]
