"""The invariants of the system, checked on plain records.

A record is the META item of an order, an item of the inventory, an item of the sandbox provider's
books: as boto3 reads them from the tables, or as `order_records.to_record` makes them of an Order.
Every function returns the problems that it found, so that a test says `== []` and shows them all.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Record = Mapping[str, Any]

ENDS = frozenset({"completed", "cancelled", "failed"})
TURNED = frozenset({"cancelled", "failed"})
FINAL_FIELDS = ("stage", "items", "revision", "reserved", "charged", "cancelled", "outcomes")


def problems(
    orders: Iterable[Record],
    inventory: Iterable[Record],
    payments: Iterable[Record],
    units: Mapping[str, int],
) -> list[str]:
    """All violations in one reading of the tables; `units` = units of each SKU that
    ever came into the inventory.
    """
    metas = list(orders)
    return [
        *(problem for meta in metas for problem in order_problems(meta)),
        *stock_problems(metas, inventory, units),
        *money_problems(metas, payments),
    ]


def stock_problems(
    orders: Iterable[Record], inventory: Iterable[Record], units: Mapping[str, int]
) -> list[str]:
    """No unit is created or lost; held and sold units belong to the orders that record them."""
    metas = list(orders)
    held = _units(m for m in metas if m["stage"] not in ENDS and m.get("reserved"))
    sold = _units(m for m in metas if m["stage"] == "completed")
    found = []
    for sku in inventory:
        name, counts = sku["sku"], [int(sku[c]) for c in ("available", "held", "sold")]
        if sum(counts) != units[name]:
            found.append(f"{name}: {counts} are not {units[name]} units")
        if min(counts) < 0:
            found.append(f"{name}: negative count in {counts}")
        if counts[1:] != [held[name], sold[name]]:
            found.append(f"{name}: held, sold {counts[1:]}, orders say {held[name]}, {sold[name]}")
    return found


def money_problems(orders: Iterable[Record], payments: Iterable[Record]) -> list[str]:
    """A customer pays only for a completed order, and exactly the approved amount."""
    books = _books_by_key(payments)
    found = []
    for meta in orders:
        order_id, own = meta["order_id"], books.pop(f"pay:{meta['order_id']}", [])
        captures = [book for book in own if int(book.get("captured_minor", 0))]
        if len(captures) > 1:
            found.append(f"{order_id}: captured {len(captures)} times")
        captured = sum(int(book["captured_minor"]) for book in captures)
        refunded = sum(int(book.get("refunded_minor", 0)) for book in own)
        lost = sum(_lost(book) for book in own)
        approved = meta.get("ledger", {}).get("pay", {}).get("amount_minor")
        outside = _settled_outside(meta)
        if not 0 <= refunded + lost + outside <= captured:
            returned = f"refunded {refunded}, lost {lost}, outside {outside}"
            found.append(f"{order_id}: {returned} of {captured}")
        if captured and captured != approved:
            found.append(f"{order_id}: captured {captured}, approved {approved}")
        kept = captured - refunded
        if meta["stage"] == "completed" and not kept == _total(meta) == approved:
            found.append(f"{order_id}: completed, kept {kept} of {_total(meta)} ({approved})")
        if meta["stage"] in TURNED and kept != lost + outside:
            found.append(f"{order_id}: {meta['stage']}, but {kept - lost - outside} were kept")
    return found + [f"{key}: captured for no order" for key in books]


def _lost(payment: Record) -> int:
    """The amount that the bank returned by lost disputes."""
    disputes = payment.get("disputes", {}).values()
    return sum(int(dispute["amount_minor"]) for dispute in disputes if dispute["state"] == "lost")


def _settled_outside(meta: Record) -> int:
    """The amount that operators returned without the provider, by all confirmed settlements."""
    settlement = meta.get("settlement") or {}
    is_paid = settlement.get("settled") == "refund-paid" and "confirmed_at" in settlement
    return int(settlement.get("earlier_minor", 0)) + is_paid * int(
        settlement.get("amount_minor", 0)
    )


def _books_by_key(payments: Iterable[Record]) -> dict[str, list[Record]]:
    """The payments by the order's key. The reference of an order's second payment is its key with
    a suffix (`pay:O1#2`).
    """
    books: dict[str, list[Record]] = {}
    for payment in payments:
        key = str(payment["payment_key"]).partition("#")[0]
        if key.startswith("pay:"):
            books.setdefault(key, []).append(payment)
    return books


def order_problems(meta: Record) -> list[str]:
    """Violations inside one order's record."""
    order_id, ended = meta["order_id"], meta["stage"] in ENDS
    found = [*_signal_problems(meta)]
    partition = meta.get("open_shard") or "problem#"
    if ended != partition.startswith("problem#"):
        found.append("is in the index of open orders" if ended else "is missing from `open`")
    if meta["stage"] in TURNED and (meta.get("reserved") or meta.get("charged")):
        found.append("ended with something that is not undone")
    if meta["stage"] in TURNED and _effects_to_undo(meta):
        found.append(f"ended, but the ledger owes {_effects_to_undo(meta)}")
    if (meta["stage"] == "cancelled") != (ended and bool(meta.get("cancelled"))):
        found.append(f"is {meta['stage']}, cancelled={meta.get('cancelled')}")
    if meta["stage"] == "completed" and not (meta.get("charged") and meta.get("reserved")):
        found.append("completed without payment or stock")
    return [f"{order_id}: {problem}" for problem in found]


def _signal_problems(meta: Record) -> list[str]:
    ids = [entry["signal_id"] for entry in meta.get("inbox", ())]
    applied, outcomes = int(meta.get("applied", 0)), meta.get("outcomes", {})
    cancels = [e for e in meta.get("inbox", ()) if e["kind"] == "cancel-order"]
    found = [f"signal {one} is there {n} times" for one, n in Counter(ids).items() if n > 1]
    if set(outcomes) != set(ids[:applied]):
        found.append(f"outcomes {sorted(outcomes)} of applied signals {ids[:applied]}")
    if meta["stage"] in ENDS and applied != len(ids):
        found.append(f"ended with {len(ids) - applied} signals without an outcome")
    if bool(cancels) != (meta.get("cancel_requested_at") is not None):
        found.append("an accepted cancel and its mark disagree")
    if cancels and meta["stage"] in ("completed", "failed"):
        found.append(f"an accepted cancel ended {meta['stage']}")
    if "signal_ids" in meta and set(meta["signal_ids"]) != set(ids):
        found.append("signal_ids are not those of the inbox")
    known = ("applied", "applied: waiting for a second approver", "stale", "superseded")
    odd = {o for o in outcomes.values() if o not in known and not str(o).startswith("rejected: ")}
    return found + [f"outcome {o!r}" for o in sorted(odd)]


def acceptance_problems(meta: Record, accepted: Sequence[str]) -> list[str]:
    """Every accepted signal is in the inbox once, in the order of acceptance."""
    ids = [entry["signal_id"] for entry in meta.get("inbox", ())]
    return [] if ids == list(accepted) else [f"{meta['order_id']}: {ids}, accepted {accepted}"]


def transition_problems(before: Record, after: Record) -> list[str]:
    """Violations that no write may cause."""
    found = []
    if before["stage"] in ENDS:
        found += [f"{f} written after the end" for f in FINAL_FIELDS if before[f] != after[f]]
        pay = [record.get("ledger", {}).get("pay") for record in (before, after)]
        found += ["payment written after the end"] * (pay[0] != pay[1])
    deadline = before.get("approval_deadline")
    if deadline is not None and after.get("approval_deadline") != deadline:
        found.append(f"the deadline moved to {after.get('approval_deadline')}")
    if before["stage"] == "compensating" and after["stage"] not in ("compensating", *TURNED):
        found.append(f"a compensated order continued to {after['stage']}")
    for counter in ("epoch", "revision", "applied", "event_count"):
        if after[counter] < before[counter]:
            found.append(f"{counter} went back to {after[counter]}")
    if after["sequence"] != before["sequence"] + 1:
        found.append(f"sequence {before['sequence']} -> {after['sequence']}")
    if list(after["inbox"])[: len(before["inbox"])] != list(before["inbox"]):
        found.append("an accepted signal vanished or changed")
    changed = [i for i, o in before["outcomes"].items() if after["outcomes"].get(i) != o]
    found += [f"the outcome of {signal_id} changed" for signal_id in changed]
    return [f"{before['order_id']}: {problem}" for problem in found]


def timeline_problems(meta: Record, events: Sequence[Record]) -> list[str]:
    """Events are numbered from 1 without gaps, in order of time; the record has their number."""
    numbers, times = [int(e["number"]) for e in events], [int(e["at"]) for e in events]
    if numbers != list(range(1, int(meta["event_count"]) + 1)) or times != sorted(times):
        return [f"{meta['order_id']}: events {numbers} at {times}"]
    return []


def leaks(text: str, secrets: Iterable[str]) -> list[str]:
    """The secrets (tokens, addresses, names) that a log, a history or a response contains."""
    return [secret for secret in secrets if secret and secret in text]


def _units(orders: Iterable[Record]) -> Counter[str]:
    units: Counter[str] = Counter()
    for meta in orders:
        for line in meta["items"]:
            units[line["sku"]] += int(line["quantity"])
    return units


def _total(meta: Record) -> int:
    return sum(int(line["quantity"]) * int(line["unit_price_minor"]) for line in meta["items"])


def _effects_to_undo(meta: Record) -> list[str]:
    ledger = meta.get("ledger", {})
    return [
        name
        for name in ("pay", "reserve")
        if ledger.get(name, {}).get("state", "undone") != "undone"
    ]
