"""The implementation of each step of a scenario."""

from collections.abc import Callable, Mapping
from typing import Any

from local.checks.history import submitted_tokens
from local.checks.notation import WAIT
from local.checks.records import ObservedOrder
from local.scenario_runner.scenario import Step
from local.scenario_runner.scenario_run import ScenarioFailed, ScenarioRun
from local.scenario_runner.schema import DEFAULT_METHOD
from local.scenario_runner.users import ApiError

Fields = Mapping[str, Any]


def run_step(run: ScenarioRun, step: Step) -> None:
    """Run one step. Raises ScenarioFailed, ApiError, httpx and boto errors."""
    _ACTIONS[step.do](run, step)


def _place(run: ScenarioRun, step: Step) -> None:
    fields = step.fields
    items = [{"sku": sku, "quantity": n} for sku, n in fields["items"].items()]
    method = run.backend.provider.payment_method(fields.get("payment_method", DEFAULT_METHOD))
    body = {"items": items, "payment_method": method}
    for name, field in (("workflow_version", "version"), ("customer_id", "customer")):
        if field in fields:
            body[name] = fields[field]
    placed = run.users.request(fields.get("by", "customer"), "POST", "/orders", body)
    run.orders[step.order] = ObservedOrder(placed["order_id"])


def _approve(run: ScenarioRun, step: Step) -> None:
    seen = step.fields.get("revision") or run.status(step.order)["revision"]
    _signal(run, step, "approve-payment", {"revision": seen}, by="approver")


def _decline(run: ScenarioRun, step: Step) -> None:
    _signal(run, step, "decline-payment", {"reason": step.fields["reason"]}, by="approver")


def _add(run: ScenarioRun, step: Step) -> None:
    body = {"sku": step.fields["sku"], "quantity": step.fields["quantity"]}
    _signal(run, step, "add-line-item", body, by="customer")


def _cancel(run: ScenarioRun, step: Step) -> None:
    _signal(run, step, "cancel-order", {"reason": step.fields["reason"]}, by="customer")


def _signal(run: ScenarioRun, step: Step, kind: str, body: Fields, *, by: str) -> None:
    """Send a signal and check the expected response: accepted, refused, or its outcome."""
    who, path = step.fields.get("by", by), f"/orders/{run.id_of(step.order)}/signals/{kind}"
    refusal = step.fields.get("refused")
    try:
        signal = run.users.request(who, "POST", path, body)
    except ApiError as error:
        if error.status != refusal:
            raise
        return
    if refusal is not None:
        raise ScenarioFailed(f"{kind} was accepted instead of refused with {refusal}")
    run.orders[step.order].accepted.append(signal["signal_id"])
    if "outcome" in step.fields:
        _await_outcome(run, step, signal["signal_id"])


def _await_outcome(run: ScenarioRun, step: Step, signal_id: str) -> None:
    wanted = step.fields["outcome"]

    def settled() -> bool:
        outcome = run.users.signal(run.id_of(step.order), signal_id)["outcome"]
        if outcome not in (None, wanted):
            raise ScenarioFailed(f"the outcome of {step.do} is {outcome!r} instead of {wanted!r}")
        return outcome is not None

    run.eventually(f"the outcome of {step.do}", settled)


def _heartbeat(run: ScenarioRun, step: Step) -> None:
    who = step.fields.get("by", "approver")
    run.users.request(who, "POST", f"/orders/{run.id_of(step.order)}/heartbeat")


def _wait(run: ScenarioRun, step: Step) -> None:
    run.wait_for_stage(step.order, step.fields["stage"])


def _wait_for_token(run: ScenarioRun, step: Step) -> None:
    """Wait until the execution waits and its token is stored: a doorbell needs the token."""

    def waiting() -> bool:
        status, events = run.backend.execution(run.id_of(step.order), 1)
        if status not in ("RUNNING", "MISSING"):
            slow = "the machine was too slow for the approval timeout, run it again"
            raise ScenarioFailed(f"the execution ended ({status}) before it waited: {slow}")
        return submitted_tokens(events, WAIT) == 1

    run.eventually("the execution to wait", waiting)


def _wait_for_charge(run: ScenarioRun, step: Step) -> None:
    """Wait until the payment provider has charged, even if its response has not arrived."""
    key = f"pay:{run.id_of(step.order)}"

    def charged() -> bool:
        payments = run.backend.order_snapshot(run.id_of(step.order)).payments_under(key)
        return any(payment.get("captured_minor") for payment in payments)

    run.eventually("the charge", charged)


def _wait_for_ledger(run: ScenarioRun, step: Step) -> None:
    """Wait until an effect on the order's ledger has a state."""
    effect, state = step.fields["effect"], step.fields["state"]

    def recorded() -> bool:
        found = run.status(step.order)["ledger"].get(effect)
        return found is not None and found["state"] == state

    run.eventually(f"the effect {effect} to be {state}", recorded)


def _fault(run: ScenarioRun, step: Step) -> None:
    run.backend.inject_fault(step.fields)


def _faults_used_up(run: ScenarioRun, _: Step) -> None:
    run.eventually("the injected faults to occur", lambda: run.backend.pending_faults() == 0)


def _stop_execution(run: ScenarioRun, step: Step) -> None:
    run.backend.stop_execution(run.id_of(step.order), 1)


def _lose_token(run: ScenarioRun, step: Step) -> None:
    run.backend.lose_token(run.id_of(step.order))


def _wait_for_pending(run: ScenarioRun, step: Step) -> None:
    """Wait until the order waits for its payment or its refund to be settled."""
    what = step.fields["what"]

    def pending() -> bool:
        return run.status(step.order)[f"{what}_pending_until"] is not None

    run.eventually(f"the {what} to be pending", pending)


def _provider_settles(run: ScenarioRun, step: Step) -> None:
    run.backend.provider.settle(_reference(run, step))


def _refund_fails(run: ScenarioRun, step: Step) -> None:
    run.backend.provider.fail_refund(_reference(run, step))


def _refund_by_hand(run: ScenarioRun, step: Step) -> None:
    run.backend.provider.refund_by_hand(_reference(run, step), step.fields["minor"])


def _report(run: ScenarioRun, step: Step) -> None:
    run.backend.provider.report(_reference(run, step), step.fields["event"])


def _reference(run: ScenarioRun, step: Step) -> str:
    return run.backend.payment_reference(run.id_of(step.order))


_ACTIONS: Mapping[str, Callable[[ScenarioRun, Step], None]] = {
    "place": _place,
    "approve": _approve,
    "decline": _decline,
    "add": _add,
    "cancel": _cancel,
    "heartbeat": _heartbeat,
    "wait": _wait,
    "wait-for-token": _wait_for_token,
    "wait-for-charge": _wait_for_charge,
    "wait-for-ledger": _wait_for_ledger,
    "fault": _fault,
    "faults-used-up": _faults_used_up,
    "stop-execution": _stop_execution,
    "lose-token": _lose_token,
    "wait-for-pending": _wait_for_pending,
    "provider-settles": _provider_settles,
    "refund-fails": _refund_fails,
    "refund-by-hand": _refund_by_hand,
    "report": _report,
}
KNOWN_STEPS = frozenset(_ACTIONS)
