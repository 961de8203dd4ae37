"""Places orders and changes them through the HTTP API."""

from local.scenario_runner.scenario import Step
from local.scenario_runner.scenario_run import ScenarioRun
from local.scenario_runner.steps import run_step


def place(run: ScenarioRun, order: str = "order", *, payment_method: str = "pm_ok") -> str:
    """Place alice's order for one MUG-RED; returns its id once it waits for approval."""
    fields = {"order": order, "items": {"MUG-RED": 1}, "payment_method": payment_method}
    run_step(run, Step("place", fields))
    run_step(run, Step("wait", {"order": order, "stage": "awaiting-approval"}))
    run_step(run, Step("wait-for-token", {"order": order}))
    return run.id_of(order)


def send_heartbeat(run: ScenarioRun, order: str = "order") -> None:
    """Send a heartbeat as the approver. It delays the next e-mail."""
    run_step(run, Step("heartbeat", {"order": order}))


def add(run: ScenarioRun, sku: str, order: str = "order") -> None:
    """Add one unit of `sku`, as the customer."""
    fields = {"order": order, "sku": sku, "quantity": 1, "outcome": "applied"}
    run_step(run, Step("add", fields))


def cancel(run: ScenarioRun, order: str = "order", *, reason: str = "no longer needed") -> None:
    """Cancel the order, as the customer."""
    run_step(run, Step("cancel", {"order": order, "reason": reason}))


def approve(run: ScenarioRun, order: str = "order") -> None:
    """Approve the order, as the approver."""
    run_step(run, Step("approve", {"order": order}))


def place_and_stop(run: ScenarioRun, order: str = "order") -> str:
    """Place an order, stop its execution, and wait until a second execution has compensated it.
    Returns the order's id.
    """
    order_id = place(run, order)
    run.backend.stop_execution(order_id, 1)
    run.wait_for_stage(order, "failed")
    return order_id
