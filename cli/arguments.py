"""How every command reads its command line."""

from collections.abc import Iterable
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperOption


class Command(TyperCommand):
    """Refuses empty and blank arguments and option values.

    They come from shell variables that are not set. Taken as given, they would mean the default:
    a random key, the current folder, the orders of every customer.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As TyperCommand.parse_args. Raises BadParameter."""
        typed, _, _ = self.make_parser(ctx).parse_args(args=list(args))
        for parameter in self.params:
            if not isinstance(parameter, TyperArgument | TyperOption):
                continue
            if any(not value.strip() for value in _texts(typed.get(parameter.name))):
                raise typer.BadParameter("it is empty", ctx=ctx, param=parameter)
        return super().parse_args(ctx, args)


def _texts(value: Any) -> Iterable[str]:
    values = value if isinstance(value, list | tuple) else [value]
    return [one for one in values if isinstance(one, str)]
