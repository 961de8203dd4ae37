"""Options and arguments that several commands have."""

from typing import Annotated

import typer

from cli.commands.completion import order_ids, skus
from cli.problems import WrongUsage
from cli.sign_in.session import profile_names
from cli.views.formats import OUTCOMES, STAGES


def order_id(text: str) -> str:
    """Normalize an order id: strip spaces, convert to upper case.

    Ids are ULIDs in capital letters. (ULID specification, "Encoding")
    """
    return text.strip().upper()


def check_stage(name: str | None) -> str | None:
    """Check the name of a stage. Raises WrongUsage."""
    if name is not None and name not in STAGES:
        raise WrongUsage(f"there is no stage {name!r}", advice=f"one of: {', '.join(STAGES)}")
    return name


def check_outcome(name: str | None) -> str | None:
    """Check the name of an outcome. Raises WrongUsage."""
    if name is not None and name not in OUTCOMES:
        raise WrongUsage(f"there is no outcome {name!r}", advice=f"one of: {', '.join(OUTCOMES)}")
    return name


OrderId = Annotated[
    str,
    typer.Argument(
        help="The order's id.", metavar="ORDER", parser=order_id, autocompletion=order_ids
    ),
]
ProfileOption = Annotated[
    str | None,
    typer.Option(
        "-p",
        "--profile",
        help="Act as this profile (see `orders login`).",
        metavar="NAME",
        autocompletion=profile_names,
    ),
]
StageOption = Annotated[
    str | None,
    typer.Option(
        help=f"Only orders at this stage: {', '.join(STAGES)}.",
        metavar="STAGE",
        callback=check_stage,
        autocompletion=lambda: list(STAGES),
    ),
]
OutcomeOption = Annotated[
    str | None,
    typer.Option(
        help=f"Only orders with this outcome: {', '.join(OUTCOMES)}.",
        metavar="OUTCOME",
        callback=check_outcome,
        autocompletion=lambda: list(OUTCOMES),
    ),
]
CustomerOption = Annotated[
    str | None, typer.Option(help="Only this customer's orders.", metavar="NAME")
]
LimitOption = Annotated[
    int, typer.Option("-n", "--limit", min=1, help="At most N, newest first.", metavar="N")
]
PayWithOption = Annotated[
    str,
    typer.Option(
        "--pay-with",
        help="Payment method of the customer. The default is one of the sandbox.",
        metavar="METHOD",
    ),
]
ItemOption = Annotated[
    list[str],
    typer.Option(
        *("-i", "--item"),
        help="SKU (see `orders catalogue`), or SKU=QUANTITY; may be repeated.",
        metavar="ITEM",
        autocompletion=skus,
    ),
]
KeyOption = Annotated[
    str | None,
    typer.Option(
        "--key",
        help="Idempotency key: a request with the same key takes effect once. Random by default.",
        metavar="KEY",
    ),
]
ReasonOption = Annotated[
    str, typer.Option("-r", "--reason", help="One line, shown to everyone.", metavar="TEXT")
]
TimeoutOption = Annotated[
    int,
    typer.Option(
        *("-t", "--timeout"),
        min=0,
        max=10,
        help="How long to wait for the outcome; 0: do not wait.",
        metavar="SECONDS",
    ),
]
YesOption = Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")]
