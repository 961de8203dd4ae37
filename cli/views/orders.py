"""Tables and panels of orders."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cli.terminal.tables import Rows
from cli.terminal.text import Cell, line
from cli.views.formats import age, clock, money, stage, standing, time_left
from cli.views.order_fields import shown_fields

Order = Mapping[str, Any]

_MINOR = "_minor"
"""Suffix of the names of amounts in the API."""
_CALLED = {"epoch": "execution"}
_DISPUTES = {"intent": "open", "done": "lost", "undone": "won"}
"""How a dispute stands, by the state of its entry in the ledger."""


def order_list(orders: Iterable[Order]) -> RenderableType:
    """One line per order."""
    rows = [_list_row(order) for order in orders]
    if not rows:
        return "no orders"
    columns = ("order", "stage", "customer", "total", "age", "deadline")
    return Rows(columns=columns, rows=rows, optional=("customer", "age", "total", "deadline"))


def _list_row(order: Order) -> tuple[Cell, ...]:
    return (
        order["order_id"],
        standing(order),
        order["customer_id"],
        money(order["total"]),
        age(order["created_at"], short=True),
        time_left(order["approval_deadline"], short=True) if _waits(order) else "-",
    )


def order_line(order: Order) -> str:
    """One order on one line, for a list that is watched."""
    facts = (clock(order["updated_at"]), order["order_id"], money(order["total"]))
    return "  ".join((*facts, standing(order).plain))


def problem_list(orders: Iterable[Order], problem: str) -> RenderableType:
    """One line per order, with the amount of its open debt or disputes."""
    rows = [
        (
            order["order_id"],
            standing(order),
            order["customer_id"],
            _amount(_open_minor(order["ledger"], problem), order["total"]),
            age(order["created_at"], short=True),
        )
        for order in orders
    ]
    if not rows:
        return f"no order has a {problem}"
    columns = ("order", "stage", "customer", problem, "age")
    return Rows(columns=columns, rows=rows, optional=("customer", "age"))


def _open_minor(ledger: Mapping[str, Any], problem: str) -> int:
    """The amount of a problem's open entries: `dispute`, `dispute-2`."""
    entries = (one for name, one in ledger.items() if _kind(name) == problem)
    return sum(entry["amount_minor"] for entry in entries if entry["state"] == "intent")


def _kind(effect: str) -> str:
    """The name of an effect without its number."""
    return effect.rstrip("0123456789").rstrip("-")


def order_status(order: Order) -> RenderableType:
    """The stage, the total and the outcome of an order."""
    facts = _facts()
    facts.add_row("order", order["order_id"])
    facts.add_row("stage", standing(order))
    facts.add_row("total", f"{money(order['total'])} (revision {order['revision']})")
    if _waits(order):
        facts.add_row("deadline", _deadline(order))
    if order["approvals"]["needed"] > 1:
        facts.add_row("approvals", _approvals(order))
    if order["reason"]:
        facts.add_row("reason", order["reason"])
    if order["dispute"]:
        facts.add_row("dispute", order["dispute"])
    if order["result"]:
        facts.add_row("result", order["result"])
    return facts


def order_items(items: Iterable[Mapping[str, Any]], total: Mapping[str, Any]) -> RenderableType:
    """The lines with their prices, and the total."""
    table = Table("SKU", "quantity", "price", "amount", box=None, show_footer=True)
    for column in table.columns[1:]:
        column.justify = "right"
    for item in items:
        price = {**total, "amount_minor": item["unit_price_minor"]}
        line = {**total, "amount_minor": item["unit_price_minor"] * item["quantity"]}
        table.add_row(item["sku"], str(item["quantity"]), money(price), money(line))
    table.columns[0].footer = "total"
    table.columns[3].footer = money(total)
    return table


def order_description(order: Order, events: list[Mapping[str, Any]]) -> RenderableType:
    """Everything about an order on one page."""
    facts = _facts()
    facts.add_row("stage", stage(order["stage"]))
    for title, value in shown_fields(order):
        facts.add_row(title, value)
    if _waits(order):
        facts.add_row("deadline", _deadline(order))
        facts.add_row("viewed", _last_view(order))
    if order["approvals"]["needed"] > 1:
        facts.add_row("approvals", _approvals(order))
    facts.add_row("allowed now", ", ".join(order["allowed_signals"]) or "nothing")
    if order["reason"]:
        facts.add_row("reason", order["reason"])
    if order["settlement"]:
        facts.add_row("settlement", _settlement(order["settlement"], order["total"]))
    if order["result"]:
        facts.add_row("result", order["result"])
    items = f"items (revision {order['revision']})"
    parts = (
        facts,
        Panel(order_items(order["items"], order["total"]), title=items, title_align="left"),
        Panel(_ledger(order), title="ledger", title_align="left"),
        Panel(
            timeline(events[-8:], order["total"]),
            title="newest events",
            title_align="left",
        ),
    )
    return Panel(Group(*parts), title=Text(order["order_id"]), title_align="left", expand=False)


def timeline(events: Iterable[Mapping[str, Any]], total: Mapping[str, Any]) -> RenderableType:
    """One line per event; amounts are in the currency of the order's `total`."""
    return Rows(
        columns=("#", "at", "event", "stage", "detail"),
        rows=[
            (
                str(event["sequence"]),
                clock(event["at"]),
                event["kind"],
                stage(event["stage"]),
                ", ".join(event_details(event, total)),
            )
            for event in events
        ],
        wrapping=("detail",),
        key="event",
    )


def event_details(event: Mapping[str, Any], total: Mapping[str, Any]) -> Iterator[str]:
    """The details of an event, with amounts in the currency of `total`."""
    for name, value in event["detail"].items():
        if name.endswith(_MINOR):
            yield f"{name.removesuffix(_MINOR)} {_amount(value, total)}"
        elif name != "signal_id":
            yield f"{_CALLED.get(name) or name.replace('_', ' ')} {value}"
    if event.get("actor"):
        yield f"by {event['actor']}"


def _settlement(settlement: Mapping[str, Any], total: Mapping[str, Any]) -> str:
    amount = _amount(settlement["amount_minor"], total)
    what = {"refund-paid": "refunded outside"}.get(settlement["settled"], settlement["settled"])
    by = settlement["confirmed_by"]
    state = f"confirmed by {by}" if by else "not confirmed"
    return (
        f"{settlement['settlement_id']}: {amount} {what} ({settlement['evidence']}), "
        f"requested by {settlement['requested_by']}, {state}"
    )


def _waits(order: Order) -> bool:
    """Whether the order waits for an approval. Only then its deadline is shown."""
    return bool(order["stage"] == "awaiting-approval")


def _facts() -> Table:
    facts = Table(box=None, show_header=False)
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    return facts


def _deadline(order: Order) -> str:
    deadline = order["approval_deadline"]
    if deadline is None:
        return "none yet"
    return f"{clock(deadline)} ({time_left(deadline)})"


def _approvals(order: Order) -> str:
    given, needed = order["approvals"]["given"], order["approvals"]["needed"]
    return f"{given} of {needed}, by different approvers"


def _last_view(order: Order) -> str:
    """When an approver last had the order open. That postpones the reminders."""
    viewed_at = order["last_heartbeat_at"]
    return f"by an approver {age(viewed_at)} ago" if viewed_at else "by no approver yet"


def _ledger(order: Order) -> RenderableType:
    ledger, total = order["ledger"], order["total"]
    table = Table("effect", "state", "amount", "refunded", box=None)
    for name, effect in ledger.items():
        known = _DISPUTES[effect["state"]] if _kind(name) == "dispute" else effect["state"]
        state = line(("stuck", "red") if effect["stuck"] else known)
        if effect["error"]:
            state = line(state, f" ({effect['error']})")
        if effect["delivery"]:
            state = line(state, (f" ({effect['delivery']})", "red"))
        sums = (effect["amount_minor"], effect["refunded_minor"])
        table.add_row(name, state, *(_amount(one, total) for one in sums))
    return table if ledger else "no effects yet"


def _amount(minor: int | None, total: Mapping[str, Any]) -> str:
    return "-" if minor is None else money({**total, "amount_minor": minor})
