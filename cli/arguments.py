"""Command classes: parsing and help shared by every command."""

import re
from collections.abc import Iterable
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption


class _PlainHelp:
    """Help without types of flags and arguments, and without braces around required arguments."""

    def get_params(self, ctx: Any) -> list[Any]:
        """All parameters. A flag takes no value, and the name of an argument says what it takes:
        their help shows no `<bool>` and `<str>`.
        """
        parameters: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        for parameter in parameters:
            if getattr(parameter, "is_flag", False) and parameter.metavar is None:
                parameter.metavar = ""
            if isinstance(parameter, TyperArgument):
                parameter.display_type_rich = lambda ctx: None  # type: ignore[method-assign]  # noqa: ARG005
        return parameters

    def get_usage(self, ctx: Any) -> str:
        """The usage line."""
        return re.sub("[{}]", "", super().get_usage(ctx))  # type: ignore[misc]


class Group(_PlainHelp, TyperGroup):
    """A group of commands."""


class Command(_PlainHelp, TyperCommand):
    """Rejects empty and blank arguments and option values.

    An empty value usually comes from an unset shell variable. Without this check it would select
    the default: a random key, the current folder, the orders of every customer.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse like TyperCommand.parse_args. Raises BadParameter for an empty value."""
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
