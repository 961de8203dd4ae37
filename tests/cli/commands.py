"""Every command of `orders` with a valid command line, read from the application."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typer

from cli.app import app

REQUIRED: Mapping[str, str] = {
    "item": "MUG-RED",
    "signal_id": "signal-1",
    "reason": "changed my mind",
    "kind": "cancel-order",
    "evidence": "bank transfer 4711",
    "order": "{order}",
    "folder": "{folder}",
    "sku": "MUG-RED",
    "change": "1",
    "name": "alice",
    "full_name": "Alice",
    "email": "alice@example.com",
    "price": "950 EUR",
    "file": "local/catalogue.toml",
    "role": "customer",
    "stack": "OrderWorkflow-dev",
}
"""A valid value of each argument and required option, by the name of its parameter."""
OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "yes": ("--yes",),
    "filters": ("--filter", "customer=alice"),
    "timeout": ("--timeout", "0"),
    "number": ("--number", "1"),
    "limit": ("--limit", "2"),
    "refunded": ("--refunded", "2500"),
}
"""Options that prevent questions and long waits."""

parser_of = cache(typer.main.get_command)
"""Builds the parsers once for all tests."""


@cache
def commands() -> dict[str, Any]:
    """The parsers of all commands by full name, such as `batch cancel`."""
    return dict(_leaves(parser_of(app), ()))


def api_commands() -> dict[str, Any]:
    """The commands that call the order API, or no service."""
    return {name: one for name, one in commands().items() if not name.startswith("admin user ")}


def _leaves(command: Any, name: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    if hasattr(command, "commands"):
        for part, inner in command.commands.items():
            yield from _leaves(inner, (*name, part))
    else:
        yield " ".join(name), command


def command_line(name: str, *, order: str, folder: Path) -> list[str]:
    """A command with all required parameters; a new one needs an entry in REQUIRED."""
    line = name.split()
    for parameter in commands()[name].params:
        if parameter.name in OPTIONAL:
            line += OPTIONAL[parameter.name]
        elif parameter.required:
            value = REQUIRED[parameter.name].format(order=order, folder=folder)
            is_argument = parameter.param_type_name == "argument"
            line += [value] if is_argument else [parameter.opts[0], value]
    return line
