"""Print lists: as a table, JSON, JSON lines or CSV, with all fields or some."""

import csv
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from cli.problems import WrongUsage
from cli.terminal.console import out
from cli.terminal.output import print_json
from cli.terminal.tables import Rows
from cli.terminal.text import visible_data

Record = Mapping[str, Any]
Records = Sequence[dict[str, Any]]


class ListFormat(StrEnum):
    """How a command prints its list."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


ListOutput = Annotated[
    ListFormat,
    typer.Option(
        "-o", "--output", help="For people (table), or for scripts (json, jsonl: a line each, csv)."
    ),
]
FieldsOption = Annotated[
    str | None,
    typer.Option(
        "--fields",
        help="Only these fields of the JSON, such as order_id,stage,total.amount_minor.",
        metavar="NAMES",
    ),
]


def show_list(
    name: str,
    records: Records,
    format_: ListFormat,
    fields: str | None,
    *,
    columns: Sequence[str],
    render: Callable[[Records], RenderableType],
) -> None:
    """Print records as the list `name`. `columns` are the fields of CSV if `fields` names none;
    `render` makes the table of whole records. Raises WrongUsage for a field that no record has.
    """
    chosen = [one.strip() for one in fields.split(",")] if fields else []
    _require(chosen, records)
    if chosen:
        records = [{field: _value(record, field) for field in chosen} for record in records]
    match format_:
        case ListFormat.JSON:
            print_json({name: records})
        case ListFormat.JSONL:
            for one in records:
                print_json(one, lines=True)
        case ListFormat.CSV:
            _print_csv(visible_data(records), chosen, columns)
        case ListFormat.TABLE:
            shown = visible_data(records)
            out.print(_table(shown, chosen) if chosen else render(shown))


def _require(fields: Sequence[str], records: Records) -> None:
    known = dict.fromkeys(name for record in records for name in record)
    unknown = [field for field in fields if known and field.partition(".")[0] not in known]
    if unknown:
        raise WrongUsage(f"no field {', '.join(unknown)}", advice=f"one of: {', '.join(known)}")


def _value(record: Record, field: str) -> Any:
    """The value at a path such as `total.amount_minor`; None where a part is missing."""
    value: Any = record
    for part in field.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _print_csv(records: Records, chosen: Sequence[str], columns: Sequence[str]) -> None:
    """RFC 4180, with a header line. Lists and objects are JSON."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(chosen or columns)
    for record in records:
        writer.writerow(_texts(record.values() if chosen else [_value(record, c) for c in columns]))


def _table(records: Records, chosen: Sequence[str]) -> RenderableType:
    rows = [tuple(_texts(record.values())) for record in records]
    key = "order_id" if "order_id" in chosen else chosen[0]
    return Rows(columns=tuple(chosen), rows=rows, key=key) if rows else "nothing was found"


def _texts(values: Any) -> Iterator[str]:
    for value in values:
        yield "" if value is None else value if isinstance(value, str) else json.dumps(value)
