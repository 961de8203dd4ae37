"""The implementation of each step of a scenario."""

from collections.abc import Callable, Mapping
from typing import Any

from local.checks.history import submitted_tokens
from local.checks.notation import WAIT
from local.checks.records import Witness
from local.scenario_runner.scenario import Step
from local.scenario_runner.scenario_run import WITHIN_SECONDS, Scene, StoryFailed
from local.scenario_runner.users import Refused

Fields = Mapping[str, Any]


def take(scene: Scene, step: Step) -> None:
    """Run one step. Raises StoryFailed, Refused, httpx and boto errors."""
    _ACTIONS[step.do](scene, step)


def _place(scene: Scene, step: Step) -> None:
    fields = step.fields
    items = [{"sku": sku, "quantity": n} for sku, n in fields["items"].items()]
    body = {"items": items, "payment_method": fields.get("payment_method", "pm_ok")}
    for name, field in (("workflow_version", "version"), ("customer_id", "customer")):
        if field in fields:
            body[name] = fields[field]
    placed = scene.users.ask(fields.get("by", "customer"), "POST", "/orders", body)
    scene.orders[step.order] = Witness(placed["order_id"])


def _approve(scene: Scene, step: Step) -> None:
    seen = step.fields.get("revision") or scene.status(step.order)["revision"]
    _signal(scene, step, "approve-payment", {"revision": seen}, by="approver")


def _add(scene: Scene, step: Step) -> None:
    body = {"sku": step.fields["sku"], "quantity": step.fields["quantity"]}
    _signal(scene, step, "add-line-item", body, by="customer")


def _cancel(scene: Scene, step: Step) -> None:
    _signal(scene, step, "cancel-order", {"reason": step.fields["reason"]}, by="customer")


def _signal(scene: Scene, step: Step, kind: str, body: Fields, *, by: str) -> None:
    """Send a signal and check the expected response: accepted, refused, or its outcome."""
    who, path = step.fields.get("by", by), f"/orders/{scene.id_of(step.order)}/signals/{kind}"
    refusal = step.fields.get("refused")
    try:
        signal = scene.users.ask(who, "POST", path, body)
    except Refused as answer:
        if answer.status != refusal:
            raise
        return
    if refusal is not None:
        raise StoryFailed(f"{kind} was accepted instead of refused with {refusal}")
    scene.orders[step.order].accepted.append(signal["signal_id"])
    if "outcome" in step.fields:
        _await_outcome(scene, step, signal["signal_id"])


def _await_outcome(scene: Scene, step: Step, signal_id: str) -> None:
    wanted = step.fields["outcome"]

    def settled() -> bool:
        outcome = scene.users.signal(scene.id_of(step.order), signal_id)["outcome"]
        if outcome not in (None, wanted):
            raise StoryFailed(f"the outcome of {step.do} is {outcome!r} instead of {wanted!r}")
        return outcome is not None

    scene.eventually(f"the outcome of {step.do}", settled, WITHIN_SECONDS)


def _heartbeat(scene: Scene, step: Step) -> None:
    who = step.fields.get("by", "approver")
    scene.users.ask(who, "POST", f"/orders/{scene.id_of(step.order)}/heartbeat")


def _wait(scene: Scene, step: Step) -> None:
    within = step.fields.get("within", WITHIN_SECONDS)
    scene.wait_for_stage(step.order, step.fields["stage"], within)


def _wait_for_token(scene: Scene, step: Step) -> None:
    """Wait until the execution waits and its token is stored: only then can a doorbell be sent,
    or get lost.
    """

    def waiting() -> bool:
        _, events = scene.backstage.execution(scene.id_of(step.order), 1)
        return submitted_tokens(events, WAIT) == 1

    scene.eventually("the execution to wait", waiting, step.fields.get("within", WITHIN_SECONDS))


def _wait_for_charge(scene: Scene, step: Step) -> None:
    """Wait until the payment provider has charged, even if its response has not arrived."""
    key = f"pay:{scene.id_of(step.order)}"

    def charged() -> bool:
        return scene.backstage.books_of(scene.id_of(step.order)).payment(key) is not None

    scene.eventually("the charge", charged, step.fields.get("within", WITHIN_SECONDS))


def _fault(scene: Scene, step: Step) -> None:
    scene.backstage.order_fault(step.fields)


def _faults_used_up(scene: Scene, step: Step) -> None:
    within = step.fields.get("within", WITHIN_SECONDS)
    scene.eventually(
        "the injected faults to occur", lambda: scene.backstage.faults_left() == 0, within
    )


def _stop_execution(scene: Scene, step: Step) -> None:
    scene.backstage.stop_execution(scene.id_of(step.order), 1)


def _lose_token(scene: Scene, step: Step) -> None:
    scene.backstage.lose_token(scene.id_of(step.order))


_ACTIONS: Mapping[str, Callable[[Scene, Step], None]] = {
    "place": _place,
    "approve": _approve,
    "add": _add,
    "cancel": _cancel,
    "heartbeat": _heartbeat,
    "wait": _wait,
    "wait-for-token": _wait_for_token,
    "wait-for-charge": _wait_for_charge,
    "fault": _fault,
    "faults-used-up": _faults_used_up,
    "stop-execution": _stop_execution,
    "lose-token": _lose_token,
}
KNOWN_STEPS = frozenset(_ACTIONS)
