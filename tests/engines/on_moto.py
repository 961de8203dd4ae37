"""Runs a scenario on moto's interpreter."""

from dataclasses import replace
from functools import partial

from lambdas.adapters.orders.event_notes import timeline_of
from lambdas.adapters.orders.order_records import event_record
from lambdas.domain.record.signals import SignalKind
from tests.engines.results import Ran, Result, Seen, scenario_result, stock_records
from tests.engines.scenario import REASON, Act, Add, Approve, InjectedFault, Moment, Scenario, Step
from tests.support.requests import REQUEST
from tests.workflow import resources
from tests.workflow.faults import refused, throttled
from tests.workflow.histories import journal_entries, result
from tests.workflow.world import World

_MOMENTS = {
    Moment.CHARGED_UNANSWERED: ("after", "ProcessPayment"),
    Moment.CHARGED: ("before", "UpdateOrderStatus"),
}
PATIENCE_SECONDS = 902
"""Slightly longer than the approval time."""


def run_scenario(scenario: Scenario, world: World) -> Result:
    """Run the scenario to its end in a new world."""
    for record in stock_records():
        resources.put("inventory", record)
    _inject_fault(scenario.fault, world)
    if scenario.then is not None:
        moment, step = scenario.then
        world.engine.lambdas.moments[_MOMENTS[moment]] = [partial(_take, world, step)]
    world.place(
        replace(
            REQUEST,
            payment_method=scenario.payment_method,
            version=scenario.version,
            items=scenario.items,
        )
    )
    for step in scenario.steps:
        world.engine.settle()
        _take(world, step)
    world.engine.settle()
    return scenario_result(_seen(world))


def _take(world: World, step: Step) -> None:
    match step:
        case Approve(revision):
            seen = revision or world.order().revision
            world.signal(SignalKind.APPROVE_PAYMENT, "approver1", revision=seen)
        case Add(sku, quantity):
            world.signal(SignalKind.ADD_LINE_ITEM, "alice", sku=sku, quantity=quantity)
        case Act.CANCEL:
            world.signal(SignalKind.CANCEL_ORDER, "alice", reason=REASON)
        case Act.DECLINE:
            world.signal(SignalKind.DECLINE_PAYMENT, "approver1", reason=REASON)
        case Act.DEADLINE:
            world.engine.let_pass(PATIENCE_SECONDS)
        case Act.STOP:
            execution = world.order().execution
            world.engine.stop(execution)
            world.janitor.execution_stopped(world.order_id, execution)


def _inject_fault(fault: InjectedFault | None, world: World) -> None:
    if fault is InjectedFault.RECOMMENDATIONS:
        world.engine.lambdas.faults.append(throttled("FetchRecommendations", times=2))
    elif fault is InjectedFault.MAIL:
        refusal = refused("sesv2.SendEmail", times=1, code="MessageRejected", status=400)
        world.engine.wire.faults.append(refusal)


def _seen(world: World) -> Seen:
    records = resources.scan("orders")
    events = [event_record(world.order_id, e) for e in timeline_of(records, is_complete=True)]
    skus = {record["sku"] for record in stock_records()}
    return Seen(
        order_id=world.order_id,
        executions=[_ran(world, name) for name in world.engine.executions()],
        order=next(record for record in records if record["sk"] == "META"),
        events=events,
        inventory=[r for r in resources.scan("inventory") if r["sku"] in skus],
        payments=resources.scan("payments"),
        subjects=[subject for _, subject in world.mails()],
    )


def _ran(world: World, execution: str) -> Ran:
    history = world.engine.history(execution)
    return Ran(world.engine.status(execution), result(history), journal_entries(history))
