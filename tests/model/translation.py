"""The model's records in the code's terms, and the code's functions run on them.

What is compared is a whole activity of `lambdas/activities`, undisturbed, with the same call of
the model: the same record, stock and payment before, the same record, stock, payment, doorbell,
error and decision after.
"""

from dataclasses import replace
from typing import Any, NamedTuple

from lambdas.activities.approval import apply_signals, await_signal
from lambdas.activities.inventory import release_stock, reserve_stock
from lambdas.activities.order_status import close_order, update_order_status
from lambdas.activities.payment import process_payment, refund_payment
from lambdas.domain.errors import OrderError
from lambdas.domain.payments import PaymentState
from lambdas.domain.record import order as code
from lambdas.domain.record.ledger import Effect, EffectState
from lambdas.domain.record.money import Money
from lambdas.domain.record.signals import Signal as CodeSignal
from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.payment import recorded_reference
from tests.model.record import DECLINED, DONE, REJECTED, Order, Signal
from tests.model.world import Provider, State, Stock, Worker
from tests.support.builders import SIGNALS, an_order, an_order_id
from tests.support.fakes.fake_clock import NOW
from tests.support.fakes.fake_directories import Shelf
from tests.support.fakes.fake_payments import Book, a_paid_book
from tests.support.world import World

ACTIVITIES = {
    "ReserveStock": reserve_stock,
    "AwaitSignal": await_signal,
    "ApplySignals": apply_signals,
    "ProcessPayment": process_payment,
    "UpdateOrderStatus": update_order_status,
    "RefundPayment": refund_payment,
    "ReleaseStock": release_stock,
    "CloseOrder": close_order,
}
SKU, LIVE, SPENT = "MUG-RED", "token-of-this-wait", "token-of-another-wait"
CODE_WORDS = {
    "": None,
    "cancelled": "cancelled: changed my mind",
    DECLINED: "declined: over budget",
    REJECTED: "rejected: insufficient stock",
}
MODEL_WORDS = {word: mine for mine, word in CODE_WORDS.items()}


class Seen(NamedTuple):
    """What a call left behind."""

    order: Order
    stock: Stock
    provider: Provider
    rang: bool
    error: str
    decision: str


def run(world: World, state: State, worker: Worker, *, live: bool) -> Seen:
    """Run an activity of the code in a state of the model."""
    order = place(world, state)
    error, answer = "", {}
    try:
        answer = world.run(
            ACTIVITIES[worker.activity],
            order,
            epoch=worker.epoch,
            token=LIVE if live else SPENT,
            failure="a step failed",
        )
    except OrderError as raised:
        error = type(raised).__name__
    decides = worker.activity == "ApplySignals" and not error
    return seen(world, order.order_id, error, answer["decision"] if decides else "")


def place(world: World, state: State) -> code.Order:
    """Arrange the fakes as the state says; the order gets a new id."""
    order = in_code(state.order, an_order_id(), late=state.late)
    world.store.put(order)
    world.engine.rung.clear()
    price = world.inventory.shelves[SKU].price
    world.inventory.shelves[SKU] = Shelf(price, *state.stock)
    book = _book(state, f"pay:{order.order_id}")
    if book is not None:
        world.payments.payments[book.key] = book
    return order


def _book(state: State, key: str) -> Book | None:
    """The provider's record of the payment that the ledger refers to, or that was voided."""
    books = state.provider
    if books.captures:
        refunds = {key.replace("pay", "refund"): books.refunded} if books.refunded else {}
        return a_paid_book(key, Money(books.captured, "EUR"), refunds=refunds)
    if not (books.closed or state.order.reference):
        return None
    book = Book(key, Money(state.order.amount, "EUR"))
    book.state = PaymentState.VOIDED if books.closed else PaymentState.PREPARED
    return book


def seen(world: World, order_id: str, error: str = "", decision: str = "") -> Seen:
    """What the fakes hold now, in the model's terms."""
    shelf = world.inventory.shelves[SKU]
    reference = recorded_reference(world.store.get(order_id)) or f"pay:{order_id}"
    book = world.payments.payments.get(reference, Book(reference, Money(0, "EUR")))
    money = book.payment().captured_minor
    closed = book.state is not PaymentState.PREPARED
    books = Provider(int(money > 0), money, book.refunded_minor, closed)
    return Seen(
        order=in_model(world.store.get(order_id)),
        stock=Stock(shelf.available, shelf.held, shelf.sold),
        provider=books,
        rang=LIVE in world.engine.rung,
        error=error,
        decision="compensate" if decision in ("decline", "expire") else decision,
    )


def in_code(order: Order, order_id: str, *, late: bool) -> code.Order:
    """The record of the code that says the same."""
    return replace(
        an_order(Stage.START),
        order_id=order_id,
        stage=Stage(order.stage),
        epoch=order.epoch,
        start_pending=order.start_pending,
        revision=order.revision,
        items=(code.Line(sku=SKU, quantity=order.revision, unit_price_minor=1),),
        ledger=_ledger(order, order_id),
        reserved=order.reserve == DONE,
        charged=order.pay == DONE,
        payment_approved=order.amount > 0,
        cancelled=order.cancelled,
        cancel_requested_at=NOW if order.cancel_requested else None,
        approval_deadline=(NOW if late else NOW + 9000) if order.deadline else None,
        wait_token=LIVE if order.token else SPENT,
        last_error=CODE_WORDS.get(order.last_error, order.last_error),
        **_inbox(order),
    )


def _inbox(order: Order) -> dict[str, Any]:
    settled = zip(order.inbox, order.outcomes, strict=False)
    return {
        "inbox": tuple(signal_in_code(signal) for signal in order.inbox),
        "applied": len(order.outcomes),
        "outcomes": {str(s.number): CODE_WORDS.get(outcome) or outcome for s, outcome in settled},
    }


def in_model(order: code.Order) -> Order:
    """The record of the model that says the same."""
    inbox = tuple(
        Signal(int(signal.signal_id), signal.kind.value, signal.revision or 0)
        for signal in order.inbox
    )
    states = {name: entry.state.value for name, entry in order.ledger.items()}
    outcomes = [order.outcomes[signal.signal_id] for signal in order.inbox[: order.applied]]
    return Order(
        stage=order.stage.value,
        epoch=order.epoch,
        start_pending=order.start_pending,
        inbox=inbox,
        outcomes=tuple(str(MODEL_WORDS.get(outcome, outcome)) for outcome in outcomes),
        revision=order.revision,
        reserve=states.get("reserve", ""),
        pay=states.get("pay", ""),
        amount=order.ledger["pay"].amount_minor or 0 if "pay" in order.ledger else 0,
        reference=recorded_reference(order) is not None,
        token=order.wait_token == LIVE,
        deadline=int(order.approval_deadline is not None),
        cancelled=order.cancelled,
        last_error=MODEL_WORDS.get(order.last_error, order.last_error) or "",
    )


def signal_in_code(signal: Signal) -> CodeSignal:
    """The signal as the code's inbox holds it."""
    kind = SignalKind(signal.kind)
    fields = dict(SIGNALS[kind])
    if kind is SignalKind.APPROVE_PAYMENT:
        fields["revision"] = signal.revision
    if kind is SignalKind.ADD_LINE_ITEM:
        fields |= {"sku": SKU, "quantity": 1}
    return CodeSignal(signal_id=str(signal.number), kind=kind, at=NOW, **fields)


def _ledger(order: Order, order_id: str) -> dict[str, Effect]:
    entries = {"reserve": (order.reserve, None), "pay": (order.pay, order.amount)}
    return {
        name: Effect(
            key=f"{name}:{order_id}",
            state=EffectState(state),
            at=NOW,
            amount_minor=amount,
            reference=f"pay:{order_id}" if name == "pay" and order.reference else None,
        )
        for name, (state, amount) in entries.items()
        if state
    }
