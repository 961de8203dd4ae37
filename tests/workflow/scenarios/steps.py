"""The steps of scenarios. Each function returns a step."""

import boto3

from lambdas.domain.record.money import Money
from lambdas.domain.record.signals import SignalKind
from tests.workflow import resources
from tests.workflow.faults import WireFault
from tests.workflow.scenarios.scenario import Step
from tests.workflow.world import World


def approve(revision: int | None = None) -> Step:
    """Approve a revision, by default the current one."""

    def step(world: World) -> None:
        seen = revision if revision is not None else world.order().revision
        world.signal(SignalKind.APPROVE_PAYMENT, "approver1", revision=seen)

    return step


def add(sku: str, quantity: int) -> Step:
    return lambda world: world.signal(SignalKind.ADD_LINE_ITEM, "alice", sku=sku, quantity=quantity)


def cancel() -> Step:
    return lambda world: world.signal(SignalKind.CANCEL_ORDER, "alice", reason="changed my mind")


def ask_by_mail() -> Step:
    """Set the approver's address in the deployment."""

    def step(world: World) -> None:
        world.deps.settings = world.deps.settings._replace(
            approver_email=resources.APPROVER, console_url=resources.CONSOLE
        )

    return step


def tick_every(seconds: int) -> Step:
    """Set a heartbeat that is shorter than the wait."""

    def step(world: World) -> None:
        world.deps.settings = world.deps.settings._replace(heartbeat_seconds=seconds)

    return step


def let_pass(seconds: float) -> Step:
    return lambda world: world.engine.let_pass(seconds)


def heartbeat() -> Step:
    """An approver has the order open: POST /orders/{id}/heartbeat."""
    return lambda world: world.workflow.heartbeat(world.order_id)


def sweep(**actions: int) -> Step:
    """Run the janitor; expect exactly these actions (underscores stand for dashes)."""
    expected = {action.replace("_", "-"): times for action, times in actions.items()}

    def step(world: World) -> None:
        done = world.janitor_sweep.run()
        assert done == expected, (done, world.recovered)

    return step


def execution_stopped_event(action: str) -> Step:
    """EventBridge reports the end of the order's execution to the janitor."""

    def step(world: World) -> None:
        execution = world.order().execution
        assert world.janitor.execution_stopped(world.order_id, execution) == action

    return step


def stop_execution() -> Step:
    return lambda world: world.engine.stop(world.order().execution)


def lose_execution() -> Step:
    """The engine forgets the order's execution."""
    return lambda world: world.engine.lose(world.order().execution)


def operator_compensates() -> Step:
    return lambda world: world.janitor.compensate(world.order_id)


def provider_recovers() -> Step:
    return lambda world: world.set_payment_method("pm_ok")


def provider_settles() -> Step:
    """The provider captures a pending payment."""
    return lambda world: world.set_pending_until(0)


def provider_never_settles() -> Step:
    return lambda world: world.set_pending_until(10**15)


def person_refunds(amount_minor: int) -> Step:
    """Refund a part at the provider by hand."""

    def step(world: World) -> None:
        amount = Money(amount_minor, "EUR")
        world.deps.payments.refund("refund:by-hand", f"pay:{world.order_id}", amount)

    return step


def refund_fails_later() -> Step:
    """The bank returns a refund that had succeeded."""
    return lambda world: world.undo_refund()


def customer_disputes(amount_minor: int | None = None) -> Step:
    """The customer disputes the payment with the bank."""
    return lambda world: world.bank().open(amount_minor)


def bank_decides(*, won: bool) -> Step:
    return lambda world: world.bank().decide(won=won)


def at_once(*steps: Step) -> Step:
    """Run several steps at one moment."""

    def step(world: World) -> None:
        for one in steps:
            one(world)

    return step


def provider_reports(action: str) -> Step:
    """The provider reports that the order's payment changed."""

    def step(world: World) -> None:
        assert world.deps.payment_reports.receive(f"pay:{world.order_id}") == action

    return step


def delete_customer() -> Step:
    return lambda _: boto3.client("dynamodb").delete_item(
        TableName="customers", Key={"customer_id": {"S": "alice"}}
    )


def inject_fault(fault: WireFault) -> Step:
    """Inject a fault from now on."""
    return lambda world: world.engine.wire.faults.append(fault)


def abandoned_calls_wake_up(*errors: str | None) -> Step:
    """Run the abandoned calls; expect exactly these errors, or None for success."""

    def step(world: World) -> None:
        late = [world.engine.lambdas.run(call) for call in world.engine.lambdas.abandoned]
        assert tuple(reply.get("errorType") for reply in late) == errors, late

    return step


def waits_at(stage: str) -> Step:
    """Expect the order to be in this stage."""

    def step(world: World) -> None:
        assert world.order().stage == stage, world.order().stage

    return step
