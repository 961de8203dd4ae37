"""Prints traces and counts of states."""

from collections.abc import Iterator

from tests.model.explorer import Exploration, Violation
from tests.model.rules import Bounds, Mutant
from tests.model.world import State


def summary_line(found: Exploration, bounds: Bounds) -> str:
    """One line: the number of explored states."""
    ends = sum(state.order.ended for state in found.states)
    return (
        f"up to {bounds.signals} signals and {bounds.faults} faults: "
        f"{len(found.states):,} states ({ends:,} of them ended) in {found.seconds:.1f} s, "
        f"{'VIOLATION' if found.violation else 'no violation'}"
    )


def mutant_line(name: str, mutant: Mutant, found: Exploration) -> str:
    """One line: which invariant detected a mutant, and after how many steps."""
    if found.violation is None:
        return f"{name} ({mutant.story}) SURVIVES {len(found.states):,} states"
    steps = len(found.violation.trace)
    return f"{name} ({mutant.story}): detected after {steps} steps by: {found.violation.invariant}"


def trace_text(violation: Violation) -> str:
    """A trace, one step a line: the actor, the action and the changes."""
    lines = [] if violation.start.stock.available else ["   0. the product is sold out"]
    before = violation.start
    for number, step in enumerate(violation.trace, start=1):
        text = f"{step.who} {step.action}"
        changes = "; ".join(_changes(before, step.after))
        lines.append(f"{number:4}. {text:<60} {changes}".rstrip())
        before = step.after
    return "\n".join([*lines, f"      broken: {violation.invariant}"])


def _changes(before: State, after: State) -> Iterator[str]:
    yield from _order_changes(before, after)
    books, then = after.provider, before.provider
    if books.captures > then.captures:
        yield f"captured {books.captured}" + (" (again)" if then.captures else "")
    if books.refunded > then.refunded:
        yield f"refunded {books.refunded}"
    if books.closed and not then.closed:
        yield "key closed, " + (
            f"{books.captured} captured" if books.captured else "nothing captured"
        )
    if after.stock != before.stock:
        yield "available {}, held {}, sold {}".format(*after.stock)
    if after.stale_writes > before.stale_writes:
        yield "an old epoch wrote"
    if after.execution.state != before.execution.state:
        yield f"→ {after.execution.state}"


def _order_changes(before: State, after: State) -> Iterator[str]:
    order, then = after.order, before.order
    for name in ("stage", "epoch", "revision", "reserve", "pay", "deadline"):
        new = getattr(order, name)
        if new != getattr(then, name):
            yield f"{name} {new}"
    for number in range(len(then.outcomes), len(order.outcomes)):
        signal = order.inbox[number]
        yield f"{signal.kind} (signal {signal.number}): {order.outcomes[number]}"
    if len(after.accepted) > len(before.accepted) and order.inbox == then.inbox:
        yield "no execution waits with a token: the signal is lost"
    if order.token and not then.token:
        yield "the order holds the token"
    if after.doorbell and not before.doorbell:
        yield "the doorbell rings"
