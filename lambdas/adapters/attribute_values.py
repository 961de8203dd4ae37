"""Python values <-> DynamoDB attribute values.

boto3 has this too, but importing it doubles what a cold start loads. Only the types that the
records use exist here; a float is refused, because money must never become one.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

Attributes: TypeAlias = dict[str, Any]


def to_attribute(value: object) -> Attributes:
    """One value in DynamoDB's notation. Raises TypeError for a type that no record uses."""
    match value:
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": str(value)}
        case int():
            return {"N": str(value)}
        case list() | tuple():
            return {"L": [to_attribute(item) for item in value]}
        case Mapping():
            return {"M": to_item(value)}
    raise TypeError(f"a record holds no {type(value).__name__}")


def to_item(record: Mapping[str, object]) -> Attributes:
    """A record in DynamoDB's notation; None means absent."""
    return {name: to_attribute(value) for name, value in record.items() if value is not None}


def from_attribute(attribute: Mapping[str, Any]) -> Any:
    """The Python value of one attribute; numbers are whole by construction."""
    kind, value = next(iter(attribute.items()))
    match kind:
        case "N":
            return int(value)
        case "L":
            return [from_attribute(item) for item in value]
        case "M":
            return from_item(value)
        case "SS":
            return set(value)
        case "NULL":
            return None
    return value


def from_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """The Python record of a DynamoDB item."""
    return {name: from_attribute(attribute) for name, attribute in item.items()}
