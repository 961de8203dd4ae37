"""Print the worst-case time of each path into statemachine/README.md: `make diagram`.

The times are upper bounds, computed from the definition: every attempt takes its whole timeout, and
every retry waits its longest delay. A test fails when the table is out of date.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cli.terminal.streams import run_program
from tools.state_diagram import DEFINITION, PAGE, with_section

MARKERS = (
    "<!-- worst-case times: made by tools/worst_case.py -->",
    "<!-- end of worst-case times -->",
)

State = Mapping[str, Any]

_STATES: Mapping[str, State] = json.loads(DEFINITION.read_text())["States"]


def _chain(name: str, last: str = "") -> Iterator[str]:
    """The states that follow each other from one to `last`, or to the next Choice or end."""
    yield name
    if name != last and "Next" in _STATES[name]:
        yield from _chain(_STATES[name]["Next"], last)


_TO_DECISION = ("RouteStart", *_chain("EnrichOrder"))
_TO_DECISION_V1 = ("RouteStart", *_chain("FetchInventorySnapshotV1"))
_PAID = tuple(_chain("ProcessPayment"))
_UNDONE = tuple(_chain("RefundPayment"))

PATHS: Mapping[str, Sequence[str]] = {
    "approved": (*_TO_DECISION, *_PAID),
    "approved, v1": (*_TO_DECISION_V1, *_PAID),
    "confirmation not sent": (*_TO_DECISION, *_PAID, "CompletedUnconfirmed"),
    "no stock": ("RouteStart", *_chain("EnrichOrder", "ReserveStock"), *_UNDONE, "OrderRejected"),
    "cancelled, declined or expired while waiting": (*_TO_DECISION, *_UNDONE, "OrderCancelled"),
    "payment declined": (*_TO_DECISION, "ProcessPayment", *_UNDONE, "OrderRejected"),
    "cancelled before the completion": (
        *(*_TO_DECISION, *_chain("ProcessPayment", "UpdateOrderStatus")),
        *(*_UNDONE, "OrderCancelled"),
    ),
    "resumed to compensate": ("RouteStart", *_UNDONE, "OrderCancelled"),
    "each further signal or tick": tuple(_chain("AwaitSignal")),
    "each e-mail to the approver": (*_chain("ApplySignals"), "RequestApproval", "AwaitSignal"),
}
"""The paths of orders. A state that is added between two others appears in them by itself."""


def worst_seconds(state: State) -> int:
    """The longest time of a state entry without waits: all attempts of all retriers time out."""
    branches = (_branch_seconds(branch) for branch in state.get("Branches", ()))
    once = int(state.get("TimeoutSeconds", 0)) + max(branches, default=0)
    retriers = state.get("Retry", ())
    attempts = 1 + sum(int(retrier["MaxAttempts"]) for retrier in retriers)
    return attempts * once + sum(map(_longest_delays, retriers))


def pauses(definition: Mapping[str, Any]) -> list[int]:
    """The seconds of each pause after a failed step, until the execution ends (RouteBackOff)."""
    known = definition["States"]
    limit: int = next(
        rule["NumericGreaterThan"]
        for rule in known["RouteBackOff"]["Choices"]
        if "NumericGreaterThan" in rule
    )
    longer = known["LengthenBackOff"]["Parameters"]["back_off_seconds.$"]
    step = int(longer.rpartition(",")[2].strip(" )"))
    seconds: list[int] = [known["BeginBackOff"]["Result"]["back_off_seconds"]]
    while seconds[-1] <= limit:
        seconds.append(seconds[-1] + step)
    return seconds


def table(definition: Mapping[str, Any]) -> str:
    """The worst-case times of all paths, in Markdown."""
    known = definition["States"]
    lines = ["| path | states | tasks take at most | waits |", "|---|---|---|---|"]
    for title, path in PATHS.items():
        seconds = sum(worst_seconds(known[name]) for name in path)
        wait = "the approval" if "AwaitSignal" in path else "–"
        lines.append(f"| {title} | {len(path)} | {duration(seconds)} | {wait} |")
    waits = pauses(definition)
    lines += [
        "",
        f"After a step that fails for no business reason, the execution pauses: {waits[0]} "
        f"seconds, then longer each\ntime, up to {waits[-1]}. After {len(waits)} pauses in a row "
        f"({duration(sum(waits))} in total, without the steps between\nthem) it ends, and the "
        "janitor continues the order. "
        f"An execution lasts at most {duration(definition['TimeoutSeconds'])}.",
    ]
    return "\n".join(lines)


def duration(seconds: int) -> str:
    """`1 h 2 min 3 s`, without the parts that are 0."""
    sizes = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
    parts: list[str] = []
    for unit, size in sizes:
        count, seconds = divmod(seconds, size)
        parts += [f"{count} {unit}"] if count else []
    return " ".join(parts) or "0 s"


def _branch_seconds(branch: Mapping[str, Any]) -> int:
    """All states of a branch, one after the other."""
    return sum(map(worst_seconds, branch["States"].values()))


def _longest_delays(retrier: Mapping[str, Any]) -> int:
    """The sum of all delays: full jitter waits at most the whole delay."""
    return int(sum(_delays(retrier)))


def _delays(retrier: Mapping[str, Any]) -> Iterator[float]:
    for retry in range(retrier["MaxAttempts"]):
        delay = retrier["IntervalSeconds"] * retrier["BackoffRate"] ** retry
        yield min(delay, retrier["MaxDelaySeconds"])


def main() -> None:
    """Update the table in statemachine/README.md."""
    text = table(json.loads(DEFINITION.read_text()))
    PAGE.write_text(with_section(PAGE.read_text(), MARKERS, text))


if __name__ == "__main__":
    run_program(main)
