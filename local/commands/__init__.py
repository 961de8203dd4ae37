"""The command line ``python -m local``."""

from typing import Annotated

import typer

from cli.arguments import Command, Group
from local.commands import bank, connection, demo, environment
from local.commands.output import version
from local.host.isolation import isolate

app = typer.Typer(
    name="python -m local",
    cls=Group,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",  # lets paragraphs flow
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""Run the whole order workflow on this machine: an AWS emulator, the real deployment,
    seed data and users.

    First steps: `demo` runs every scenario and checks its result. `up --detach` starts an
    environment in the background; `env` and `tokens` print the address and tokens of its API;
    `mails` prints the sent e-mails; `reset` restores the seed data; `down` stops it.

    Files are in .local/ (logs in .local/logs/). Set ORDER_WORKFLOW_LOCAL_DIR to another folder to
    run a second environment.
    """,
)


@app.callback()
def _prepare(
    _: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=version, is_eager=True),
    ] = False,
) -> None:
    """Run before every command."""
    isolate()


for command in (
    environment.up,
    environment.down,
    environment.reset,
    environment.status,
    connection.tokens,
    connection.mails,
    connection.env,
    bank.dispute,
    demo.demo,
    demo.scenarios,
):
    app.command(cls=Command)(command)
