"""The command line ``python -m local``."""

from typing import Annotated

import typer

from local.commands import demo, environment
from local.commands.output import version
from local.machine.isolation import isolate

app = typer.Typer(
    name="python -m local",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",  # lets paragraphs flow
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""Run the whole order workflow on this machine: an emulated AWS, the real deployment,
    data and users.

    First steps: `demo` runs every scenario and checks its result. `up --detach` leaves an
    environment running; `env` and `tokens` print how to reach its API; `mails` prints what was
    sent; `reset` gives fresh data; `down` ends it.

    Files are in .local/ (logs in .local/logs/); the variable ORDER_WORKFLOW_LOCAL_DIR names another
    folder, for a second environment beside the first.
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
    environment.tokens,
    environment.mails,
    environment.env,
    demo.demo,
    demo.stories,
):
    app.command()(command)
