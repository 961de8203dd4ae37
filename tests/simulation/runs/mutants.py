"""One-line mistakes that the simulator must find: what it cannot find, it does not prove."""

from collections.abc import Mapping
from dataclasses import dataclass

from lambdas.activities import approval, inventory, notification, order_status, payment
from lambdas.domain.payments import Payment
from lambdas.domain.record.money import Money
from lambdas.domain.record.order import Order
from lambdas.domain.signals import application
from lambdas.domain.steps import compensation, reported_payments
from lambdas.services import janitor
from tests.simulation.runs import mutated_code
from tests.simulation.step_functions.branch import Branch
from tests.simulation.step_functions.engine import Engine
from tests.simulation.world.fakes import WatchedStore
from tests.simulation.world.ports import Operations, Payments, Store
from tests.support.fakes import fake_store

_begin = compensation.begin_compensation


@dataclass(frozen=True, slots=True)
class Mutant:
    """Replaces `name` of `target`; `description` describes the fault."""

    target: object
    name: str
    replacement: object
    description: str


MUTANTS: Mapping[str, Mutant] = {
    "no-sequence-check": Mutant(
        WatchedStore, "commit", mutated_code.commit_without_condition, "writes overwrite each other"
    ),
    "payment-per-attempt": Mutant(
        payment,
        "record_reference",
        mutated_code.record_no_reference,
        "each attempt captures the payment that it prepared",
    ),
    "complete-despite-cancel": Mutant(
        order_status,
        "complete",
        mutated_code.complete_despite_cancel,
        "completing does not ask for a pending cancel",
    ),
    "refund-without-void": Mutant(
        Payments, "void", mutated_code.look_up, "a capture under way arrives after the refund"
    ),
    "lost-dispute-is-ignored": Mutant(
        Payment, "lost_minor", 0, "what the bank returned to the customer is refunded again"
    ),
    "missing-answer-is-paid": Mutant(
        Payments, "capture", mutated_code.capture_lightly, "a missing answer is taken for a capture"
    ),
    "no-epoch-check": Mutant(
        Order, "require_epoch", lambda order, epoch: None, "an old execution still writes"
    ),
    "mail-without-claim": Mutant(
        notification,
        "claim_mail",
        mutated_code.claim_again,
        "a repeated activity sends its mail again",
    ),
    "deadline-moves": Mutant(
        inventory, "reserve", mutated_code.reserve_again, "reserving again sets the deadline again"
    ),
    "release-twice": Mutant(
        inventory,
        "release",
        mutated_code.release_again,
        "a repeated release gives back what others hold",
    ),
    "stale-approval": Mutant(
        application,
        "_approve",
        mutated_code.approve_anything,
        "an approval counts for another revision",
    ),
    "signal-twice": Mutant(
        fake_store, "_admits", mutated_code.admit_twice, "a caller that tries again signals twice"
    ),
    "takeover-in-the-same-epoch": Mutant(
        janitor,
        "begin_compensation",
        lambda order, now, **more: _begin(order, now, **{**more, "next_epoch": False}),
        "a lost execution is never replaced",
    ),
    "newest-definition": Mutant(
        Engine, "_pinned_machine", mutated_code.newest, "an execution follows the newest definition"
    ),
    "janitor-never-rings": Mutant(
        janitor.Janitor, "_wake", mutated_code.never_ring, "the janitor never rings again"
    ),
    "confirmation-never-sent": Mutant(
        notification, "claim_mail", mutated_code.never_confirm, "no confirmation is sent"
    ),
    "outage-is-compensated": Mutant(
        Engine,
        "_pinned_machine",
        mutated_code.compensate_on_every_error,
        "an outage turns an order back",
    ),
    "lost-execution-is-compensated": Mutant(
        janitor,
        "resume",
        mutated_code.compensate_lost,
        "an order ends because the engine has no execution of it",
    ),
    "takeovers-without-pause": Mutant(
        janitor, "next_takeover_at", lambda order: 0, "takeovers follow each other at once"
    ),
    "takeovers-never-reported": Mutant(
        Operations,
        "report_takeovers",
        lambda port, order: None,
        "repeated takeovers are not reported",
    ),
    "other-sum-accepted": Mutant(
        payment, "require_captured", mutated_code.accept_any_sum, "any captured sum is accepted"
    ),
    "two-decimals": Mutant(
        Money, "__str__", mutated_code.two_decimals, "e-mails show each currency with two decimals"
    ),
    "poll-without-pause": Mutant(
        notification, "SETTLING_POLL_SECONDS", 0, "an attempt polls the claim of another at once"
    ),
    "stuck-never-reported": Mutant(
        Operations, "report_stuck", lambda port, order, effects: None, "no report is sent"
    ),
    "signal-in-the-token": Mutant(
        fake_store,
        "_with_signal",
        mutated_code.append_if_awaited,
        "a signal is lost unless the execution waits for it",
    ),
    "wait-without-end": Mutant(
        Branch, "_answer_later", mutated_code.wait_without_end, "only the doorbell ends a wait"
    ),
    "no-takeover": Mutant(
        janitor.Janitor, "_take_over", mutated_code.leave_to_itself, "lost executions stay lost"
    ),
    "expire-before-applying": Mutant(
        approval,
        "apply_next",
        mutated_code.expire_before_applying,
        "the deadline is checked before the pending signals",
    ),
    "missing-answer-is-refused": Mutant(
        Payments,
        "capture",
        mutated_code.decline_lightly,
        "a missing answer is taken for a refusal",
    ),
    "two-writes": Mutant(
        Store, "commit", mutated_code.commit_in_two_writes, "the stock moves after the stage"
    ),
    "no-intent": Mutant(
        application,
        "_approve",
        mutated_code.approve_without_intent,
        "the ledger has a payment only once it is captured",
    ),
    "close-with-debts": Mutant(
        compensation, "unsettled_effects", lambda ledger: (), "an order ends with effects to undo"
    ),
    "late-charge-recorded": Mutant(
        payment,
        "record_charge",
        mutated_code.record_charge_anywhere,
        "a capture is recorded in every stage",
    ),
    "pending-left-unsettled": Mutant(
        compensation, "replace", mutated_code.leave_pending, "pending signals get no outcome"
    ),
    "lost-dispute-ends-no-refund": Mutant(
        reported_payments,
        "_record_returned",
        lambda order, now, returned_minor: (order, []),
        "operators end a lost dispute, and its amount stays owed",
    ),
    "close-unbegun": Mutant(
        order_status,
        "close",
        mutated_code.close_unbegun,
        "an order ends although its compensation did not begin",
    ),
}
