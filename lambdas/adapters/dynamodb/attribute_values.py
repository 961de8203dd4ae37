"""Convert Python values to DynamoDB attribute values and back.

boto3 has such a converter too, but importing it doubles the modules that a cold start loads. Only
the types that the records use are supported. A float is an error: amounts are integers.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

Attributes: TypeAlias = dict[str, Any]


def to_attribute(value: object) -> Attributes:
    """Convert one value to an attribute value. Raises TypeError for a type that no record uses."""
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
    """Convert a record to a DynamoDB item. A field that is None is left out."""
    return {name: to_attribute(value) for name, value in record.items() if value is not None}


def from_attribute(attribute: Mapping[str, Any]) -> Any:
    """Convert one attribute to a Python value. Records store no numbers but integers."""
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
    """Convert a DynamoDB item to a Python record."""
    return {name: from_attribute(attribute) for name, attribute in item.items()}
