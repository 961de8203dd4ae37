"""The cost of paths with fewer state transitions: `python -m bench.cost --fewer` (decision 27)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bench.cost.peers import direct_port
from bench.cost.pricing import MILLION, PRICES, bill
from bench.cost.scenarios import Counts


def _express_dollars() -> float:
    """US dollars of a million Express executions."""
    express = PRICES["express"]
    duration = express["seconds"] * express["gigabytes"] * express["gigabyte_second"] * MILLION
    return float(express["million_requests"] + duration)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """A path that saves transitions and invocations, and may cost something else."""

    name: str
    transitions: int
    invocations: int = 0
    dollars: float = 0.0


ALTERNATIVES = (
    Alternative(name="the current path", transitions=0),
    Alternative(name="enrichment in sequence, as in v1", transitions=1),
    Alternative(name="a second state machine that starts at EnrichOrder", transitions=1),
    Alternative(name="ReserveStock waits for the token", transitions=1, invocations=1),
    Alternative(name="errors instead of RouteDecision", transitions=1),
    Alternative(name="ProcessPayment completes the order", transitions=1, invocations=1),
    Alternative(name="the event bus sends the confirmation", transitions=1),
    Alternative(
        name="an Express child enriches, a Choice reads its status",
        transitions=2,
        dollars=_express_dollars(),
    ),
    Alternative(name="one function enriches", transitions=3, invocations=2),
)


def table(order: Counts) -> str:
    """The cost of each alternative for an order with the same calls and writes."""
    return (
        "| path | transitions | US dollars per million orders | relative to the direct port |\n"
        "|---|---|---|---|\n" + "".join(_rows(order))
    )


def _rows(order: Counts) -> Iterator[str]:
    port = bill(direct_port()).total
    for alternative in ALTERNATIVES:
        changed = replace(
            order,
            transitions=order.transitions - alternative.transitions,
            invocations=order.invocations - alternative.invocations,
        )
        total = bill(changed).total + alternative.dollars
        figures = f"{changed.transitions} | {total:,.0f} | {total / port:.2f}"
        yield f"| {alternative.name} | {figures} |\n"
