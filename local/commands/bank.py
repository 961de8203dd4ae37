"""The command of the sandbox's bank: dispute."""

from typing import Annotated

import typer

from local.commands.output import report_problems
from local.data.bank import NoDispute, SandboxBank
from local.host.aws_clients import client
from local.host.folders import Folders
from local.host.problems import LocalProblem
from local.lifecycle.running import require_running
from local.scenario_runner.providers.sandbox import Sandbox

_ADVICE = "dispute the payment of a completed order of the sandbox, then decide it once"


def dispute(
    order_id: Annotated[str, typer.Argument(help="The ID of the order.", metavar="ORDER")],
    amount: Annotated[
        int | None,
        typer.Option(
            help="Minor units that are disputed.", min=1, show_default="all", metavar="MINOR"
        ),
    ] = None,
    won: Annotated[bool, typer.Option("--won", help="Decide it: the amount stays paid.")] = False,
    lost: Annotated[
        bool, typer.Option("--lost", help="Decide it: the bank returns the amount.")
    ] = False,
) -> None:
    """Dispute the payment of an order, as a customer's bank does, or decide the open dispute.

    Only the sandbox has this bank. It changes the provider's record and sends a report.
    """
    with report_problems():
        if won and lost:
            raise LocalProblem("dispute", "--won and --lost exclude each other", advice="name one")
        state = require_running(Folders.default())
        if state.payments != "sandbox":
            raise LocalProblem("dispute", "only the sandbox has disputes", advice=_ADVICE)
        table, reference = state.outputs["PaymentsTable"], f"pay:{order_id}"
        bank = SandboxBank(client("dynamodb", state.tables_url), table=table, reference=reference)
        try:
            dispute_id = bank.decide(won=won) if won or lost else bank.open(amount)
        except NoDispute as problem:
            raise LocalProblem("dispute", str(problem), advice=_ADVICE) from problem
        Sandbox(state).report(reference, "disputed")
        print(dispute_id)
        if not (won or lost):
            typer.echo("decide it with --won or --lost", err=True)
