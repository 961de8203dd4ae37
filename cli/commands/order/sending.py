"""Sends one signal and prints its outcome: what the commands of all signals share."""

import uuid
from collections.abc import Mapping
from typing import Any

from cli.client.api import Api, path
from cli.problems import Refused
from cli.sign_in.session import open_api
from cli.terminal.console import out
from cli.terminal.output import Format, print_json, print_message
from cli.terminal.text import line, visible_data
from cli.views.signals import FIRST_APPROVAL, outcome_text


def send(
    api: Api, order_id: str, kind: str, body: Mapping[str, Any], key: str | None, timeout: int
) -> dict[str, Any]:
    """Send a signal; the response contains the outcome if it is known within `timeout` seconds."""
    headers = {"prefer": f"wait={timeout}"} if timeout else {}
    where = path("orders", order_id, "signals", kind)
    return api.post_once(where, body, key or str(uuid.uuid4()), **headers)


def signal(
    order_id: str,
    kind: str,
    body: Mapping[str, Any],
    *,
    key: str | None,
    timeout: int,
    profile: str | None,
    output: Format,
) -> None:
    """Send a signal and print its outcome: a whole command. Raises Problem."""
    print_outcome(send(open_api(profile), order_id, kind, body, key, timeout), output)


def print_outcome(signal: Mapping[str, Any], output: Format) -> None:
    """Print the signal. Raises Refused if it was settled but not applied."""
    outcome = signal["outcome"]
    if output is Format.JSON:
        print_json(signal)
    else:
        shown = visible_data(signal)
        out.print(line(f"{shown['kind']} {shown['signal_id']}: ", outcome_text(outcome)))
        if outcome is None:
            print_message(
                f"`orders signals {shown['order_id']} {shown['signal_id']}` shows its outcome"
            )
    if outcome not in (None, "applied", FIRST_APPROVAL):
        raise Refused(
            f"the signal was accepted, but not applied: {outcome}",
            advice=f"`orders describe {signal['order_id']}` shows the state of the order",
            status=200,
        )
