"""Invariants that hold in every scenario. Each check yields its violations.

Independent of the checked code: they use only the records and the observations from outside.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from local.checks.history import TAKEN_OVER
from local.checks.records import ENDS, ObservedOrder, Record, Snapshot
from local.data.catalogue import customer_records, units_by_sku

_AFTER_THE_END = (
    *("refund-failed", "debt-refunded", "settlement-requested", "payment-settled"),
    *("payment-disputed", "dispute-won", "dispute-lost"),
)
_OUTCOMES = ("applied", "applied: waiting for a second approver", "stale", "superseded")


def violations(snapshot: Snapshot, observed_orders: Mapping[str, ObservedOrder]) -> list[str]:
    """All violations by the orders of a snapshot."""
    found = [f"stock: {violation}" for violation in stock_is_conserved(snapshot)]
    for order in snapshot.orders:
        observed = observed_orders.get(order["order_id"], ObservedOrder(order["order_id"]))
        for name, check in CHECKS.items():
            found += [f"{name}: {order['order_id']}: {w}" for w in check(order, snapshot, observed)]
    return found


def stock_is_conserved(snapshot: Snapshot) -> Iterator[str]:
    """Only corrections change the number of units; no counter is negative. Holds at any time."""
    seeded = units_by_sku()
    for record in snapshot.inventory:
        units = seeded.get(record["sku"], 0) + record.get("corrected", 0)
        parts = [record[name] for name in ("available", "held", "sold")]
        if min(parts) < 0:
            yield f"{record['sku']} has a negative counter: {parts}"
        if sum(parts) != units:
            yield f"{record['sku']} has {parts}, but there are {units} units"


def stock_is_accounted_for(snapshot: Snapshot) -> Iterator[str]:
    """The held units are those of open orders, the sold units those of completed orders. Holds
    only when no order changes during the check. The item of a sharded SKU counts the available
    and sold units of its shards as held.
    """
    held: Counter[str] = Counter()
    sold: Counter[str] = Counter()
    for order in snapshot.orders:
        counter = sold if order["stage"] == "completed" else held if order["reserved"] else None
        if counter is not None:
            counter.update({line["sku"]: line["quantity"] for line in order["items"]})
    for shard in snapshot.shards:
        sku = shard["pk"].split("#")[1]
        held[sku] += shard["available"] + shard["sold"]
        sold[sku] -= shard["sold"]
    for record in snapshot.inventory:
        for name, counted in (("held", held), ("sold", sold)):
            if record[name] != counted[record["sku"]]:
                yield f"{record['sku']}: {name} {record[name]}, by orders {counted[record['sku']]}"


def money(order: Record, snapshot: Snapshot, _: ObservedOrder) -> Iterator[str]:
    """At most one capture, of the approved amount; kept if and only if the order completed."""
    payments = snapshot.payments_under(f"pay:{order['order_id']}")
    captured = sum(payment.get("captured_minor", 0) for payment in payments)
    returned = sum(payment.get("refunded_minor", 0) for payment in payments)
    refunds = snapshot.refunds(f"pay:{order['order_id']}")
    approved = order["ledger"].get("pay", {}).get("amount_minor")
    if captured and captured != approved:
        yield f"{captured} captured, {approved} approved"
    if returned != sum(refunds):
        yield f"{returned} refunded by the payment, {refunds} by the refunds"
    disputes = [dispute for payment in payments for dispute in payment.get("disputes", {}).values()]
    lost = sum(dispute["amount_minor"] for dispute in disputes if dispute["state"] == "lost")
    if returned + lost > captured:
        yield f"{returned} refunded and {lost} lost, {captured} captured"
    kept = captured - returned - (0 if order["stage"] == "completed" else lost)
    wanted = order["total"] if order["stage"] == "completed" else 0
    if order["stage"] in ENDS and kept != wanted:
        yield f"the order is {order['stage']}, but {kept} of {order['total']} is kept"


def signals(order: Record, _: Snapshot, observed: ObservedOrder) -> Iterator[str]:
    """The inbox has every accepted signal once, in order; each has one outcome at the end."""
    inbox = [signal["signal_id"] for signal in order.get("inbox", ())]
    if len(set(inbox)) != len(inbox):
        yield "a signal is in the inbox twice"
    if [one for one in inbox if one in observed.accepted] != observed.accepted:
        yield f"accepted {observed.accepted}, the inbox holds {inbox}"
    outcomes = order.get("outcomes", {})
    if not outcomes.keys() <= set(inbox):
        yield "an outcome belongs to no signal"
    yield from (
        f"outcome {outcome!r}" for outcome in outcomes.values() if not _known_outcome(outcome)
    )
    if order["stage"] in ENDS and (len(outcomes), order["applied"]) != (len(inbox), len(inbox)):
        yield f"{len(inbox)} signals, {len(outcomes)} outcomes, {order['applied']} applied"
    if order["stage"] == "completed" and order.get("cancel_requested_at") is not None:
        yield "completed although a cancel was accepted"


def finality(order: Record, snapshot: Snapshot, _: ObservedOrder) -> Iterator[str]:
    """The timeline has no gaps. After the end, only events of e-mails, reports and
    settlements follow.
    """
    timeline = snapshot.timeline(order)
    if [event["number"] for event in timeline] != list(range(1, order["event_count"] + 1)):
        yield f"events {[event['number'] for event in timeline]} of {order['event_count']}"
    if order["stage"] not in ENDS:
        return
    kinds = [event["kind"] for event in timeline]
    end = f"order-{order['stage']}"
    if kinds.count(end) != 1:
        yield f"{kinds.count(end)} events {end}"
    else:
        late = [k for k in kinds[kinds.index(end) + 1 :] if not _may_follow_the_end(k)]
        yield from (f"{kind} after the end" for kind in late)


def deadline(order: Record, _: Snapshot, observed: ObservedOrder) -> Iterator[str]:
    """The approval deadline is set once."""
    stored = {order["approval_deadline"]} if "approval_deadline" in order else set()
    seen = observed.deadlines | stored
    if len(seen) > 1:
        yield f"the deadline moved: {sorted(seen)}"


def epochs(order: Record, _: Snapshot, observed: ObservedOrder) -> Iterator[str]:
    """Each epoch has one execution. Only the last one may have succeeded, and it owns the order."""
    if observed.executions and len(observed.executions) != order["epoch"]:
        yield f"epoch {order['epoch']}, executions {observed.executions}"
    if "SUCCEEDED" in observed.executions[:-1]:
        yield f"an execution that lost the order succeeded: {observed.executions}"
    if TAKEN_OVER in observed.executions[-1:]:
        yield f"no execution owns the order: {observed.executions}"


def privacy(_: Record, __: Snapshot, observed: ObservedOrder) -> Iterator[str]:
    """No e-mail address or name in histories or responses, no task token in responses."""
    personal = [record[field] for record in customer_records() for field in ("email", "name")]
    responses = "\n".join(observed.responses)
    for secret in personal:
        if secret in observed.histories:
            yield f"the history contains {secret!r}"
        if secret in responses:
            yield f"a response of the API contains {secret!r}"
    if any(token in responses for token in observed.tokens):
        yield "a response of the API contains a task token"


def unchanged_ends(before: Sequence[Record], after: Snapshot) -> Iterator[str]:
    """Ended orders do not change later."""
    now = {order["order_id"]: order for order in after.orders}
    for order in before:
        if order["stage"] in ENDS and now.get(order["order_id"]) != order:
            yield f"finality: {order['order_id']}: written after its end"


def _may_follow_the_end(kind: str) -> bool:
    """Also the e-mails about the end, those sent again, and the reports on any e-mail."""
    about_the_end = ("mail-confirmation", "mail-cancellation", "mail-resend-requested")
    is_report = kind.startswith("mail-") and kind.endswith(("-bounced", "-complained"))
    return kind in _AFTER_THE_END or kind.startswith(about_the_end) or is_report


def _known_outcome(outcome: str) -> bool:
    return outcome in _OUTCOMES or outcome.startswith("rejected: ")


Check = Callable[[Record, Snapshot, ObservedOrder], Iterator[str]]
CHECKS: Mapping[str, Check] = {
    "money": money,
    "signals": signals,
    "finality": finality,
    "deadline": deadline,
    "epochs": epochs,
    "privacy": privacy,
}
"""Checks of one order, by the names in scenarios; the seventh, stock, checks all orders."""
