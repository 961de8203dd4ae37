"""The base of all answers: maps domain values to models by the names of fields.

A field with a `title` is shown by every client, in the sequence of the declaration.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.fields import FieldInfo

from lambdas.api.models.inputs import AN_ORDER_ID


def instant(value: object) -> object:
    """Format epoch milliseconds as `2026-01-01T00:00:00.000Z`; any other value is unchanged."""
    if not isinstance(value, int):
        return value
    seconds, rest = divmod(value, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"


Instant = Annotated[
    str,
    BeforeValidator(instant),
    Field(
        json_schema_extra={"format": "date-time"},
        description="UTC with milliseconds.",
        examples=["2026-01-01T00:00:00.000Z"],
    ),
]
Minor = Annotated[int, Field(description="Minor units (cents) of the currency.", examples=[2500])]
Id = Annotated[str, Field(description="The order id.", examples=[AN_ORDER_ID])]
Revision = Annotated[
    int,
    Field(
        description="Increases with every change of the lines. An approval names it.", examples=[1]
    ),
]


class View(BaseModel):
    """An answer, or a part of one. No field is ever left out."""

    model_config = ConfigDict(
        frozen=True, from_attributes=True, json_schema_serialization_defaults_required=True
    )

    @classmethod
    def of(cls, source: object, **computed: Any) -> Self:
        """The view of a domain value: each field has the value of the attribute of that name.
        `computed` has the fields that are no attributes.
        """
        names = cls.model_fields.keys() - computed.keys()
        found = {name: getattr(source, name) for name in names if hasattr(source, name)}
        return cls.model_validate({**found, **computed})


class ShownFieldView(View):
    """A field that clients show to people. Its value may be null or empty."""

    path: Annotated[
        str, Field(description="Names joined by dots.", examples=["enrichment.customer_tier"])
    ]
    title: Annotated[str, Field(examples=["Customer tier"])]
    format: Annotated[
        Literal["text", "instant", "list"],
        Field(description="`instant`: a date and time. `list`: an array of texts."),
    ]


def shown_fields(view: type[View], prefix: str = "") -> Iterator[ShownFieldView]:
    """The fields of a view, and of the views in its fields, that have a title."""
    for name, field in view.model_fields.items():
        if field.title is not None:
            yield ShownFieldView(path=prefix + name, title=field.title, format=_format(field))
        elif isinstance(field.annotation, type) and issubclass(field.annotation, View):
            yield from shown_fields(field.annotation, f"{prefix}{name}.")


def _format(field: FieldInfo) -> Literal["text", "instant", "list"]:
    if get_origin(field.annotation) is list:
        return "list"
    is_instant = _has_format(field.json_schema_extra) or Instant in get_args(field.annotation)
    return "instant" if is_instant else "text"


def _has_format(extra: object) -> bool:
    return isinstance(extra, dict) and extra.get("format") == "date-time"
