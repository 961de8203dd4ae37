"""The command line ``python -m local``."""

import typer

from local.commands import demo, environment

app = typer.Typer(
    name="python -m local",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",  # lets paragraphs flow
    pretty_exceptions_enable=False,
    help="""Run the whole order workflow on this machine: an emulated AWS, the real deployment,
    data and users.

    First steps: `demo` plays every story and tells whether it ended as it must. `up --detach`
    leaves an environment running; `env` and `tokens` tell how to reach its API; `mails` prints what
    was sent; `reset` gives fresh data; `down` ends it.

    Files are in .local/ (logs in .local/logs/); the variable ORDER_WORKFLOW_LOCAL_DIR names another
    folder, for a second environment beside the first.
    """,
)
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
