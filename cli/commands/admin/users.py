"""Users of the user pool, and their roles."""

from typing import Annotated, Any

import typer
from rich.table import Table

from cli.arguments import Command, Group
from cli.commands.admin.user_pool import ROLES, open_user_pool
from cli.problems import WrongUsage
from cli.terminal.console import out
from cli.terminal.output import Format, Output, print_json, show
from cli.terminal.text import visible

user = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    help="""Manage users and their roles, with your AWS credentials.

    The commands call Amazon Cognito directly. They need boto3 (`pip install
    'order-workflow[admin]'`), AWS credentials, and the name of the stack.
    """,
)


def check_role(name: str) -> str:
    """Check the name of a role. Raises WrongUsage."""
    if name not in ROLES:
        raise WrongUsage(f"there is no role {name!r}", advice=f"one of: {', '.join(ROLES)}")
    return name


Stack = Annotated[
    str,
    typer.Option(
        envvar="ORDERS_STACK",
        help="Name of the deployed stack, such as OrderWorkflow-dev.",
        metavar="STACK",
    ),
]
User = Annotated[str, typer.Argument(help="User name.", metavar="USER")]
Role = Annotated[
    str,
    typer.Option(
        help=f"One of {', '.join(ROLES)}.",
        metavar="ROLE",
        callback=check_role,
        autocompletion=lambda: list(ROLES),
    ),
]


@user.command("create", cls=Command)
def create(
    name: User,
    role: Role,
    email: Annotated[
        str, typer.Option(help="Cognito mails the first password here.", metavar="ADDRESS")
    ],
    stack: Stack,
    output: Output = Format.TABLE,
) -> None:
    """Create a user with one role. Cognito mails the first password, which is valid for 3 days.

    The user name of a customer is the customer id.
    """
    with open_user_pool(stack) as pool:
        pool.create(name, email=email, role=role)
    _print(name, f"created as {role}; the first password is in the e-mail to {email}", output)


@user.command("list", cls=Command)
def list_users(stack: Stack, output: Output = Format.TABLE) -> None:
    """List the users with their roles. E-mail addresses are not shown."""
    with open_user_pool(stack) as pool:
        users = pool.users()
    show({"users": users}, output, _table)


@user.command("grant", cls=Command)
def grant(name: User, role: Role, stack: Stack, output: Output = Format.TABLE) -> None:
    """Add a role to a user. It takes effect at the next sign-in."""
    with open_user_pool(stack) as pool:
        pool.grant(name, role)
    _print(name, f"is {role} from the next sign-in on", output)


@user.command("revoke", cls=Command)
def revoke(name: User, role: Role, stack: Stack, output: Output = Format.TABLE) -> None:
    """Remove a role from a user and end the user's sessions. A token stays valid for an hour."""
    with open_user_pool(stack) as pool:
        pool.revoke(name, role)
    _print(name, f"is no longer {role}; issued access tokens expire within an hour", output)


@user.command("disable", cls=Command)
def disable(name: User, stack: Stack, output: Output = Format.TABLE) -> None:
    """Refuse further sign-ins of a user. A token stays valid for an hour."""
    with open_user_pool(stack) as pool:
        pool.disable(name)
    _print(name, "disabled; issued access tokens expire within an hour", output)


def _print(name: str, result: str, output: Format) -> None:
    if output is Format.JSON:
        print_json({"user": name, "result": result})
    else:
        out.print(visible(f"{name}: {result}"))


def _table(found: dict[str, Any]) -> Table:
    table = Table("user", "roles", "enabled", "status", box=None)
    for one in found["users"]:
        enabled = "yes" if one["enabled"] else "no"
        table.add_row(one["user"], ", ".join(one["roles"]) or "-", enabled, one["status"])
    return table
