"""Runs a scenario over HTTP on a deployed emulator, in real time."""

from collections.abc import Sequence
from typing import Any

from local.data.tables import fill, scan
from local.host.aws_clients import client
from local.host.state import State
from local.scenario_runner.backend import Backend
from local.scenario_runner.scenario import Step as ScenarioStep
from local.scenario_runner.scenario_run import ScenarioRun
from local.scenario_runner.schema import ORDER
from local.scenario_runner.steps import run_step
from local.scenario_runner.users import Users
from tests.engines.results import Ran, Result, Seen, scenario_result, stock_records
from tests.engines.scenario import REASON, Act, Add, Approve, InjectedFault, Moment, Scenario, Step
from tests.workflow.histories import Event, journal_entries, result

DELAY_SECONDS = 3.0
"""The delay of UpdateOrderStatus, so that a scenario's step can happen before it."""

_FAULTS: dict[object, dict[str, Any]] = {
    InjectedFault.RECOMMENDATIONS: {
        "service": "lambda",
        "action": "Invoke",
        "function": "fetch-recommendations",
        "effect": "fail",
        "times": 2,
    },
    InjectedFault.MAIL: {
        "service": "ses",
        "action": "SendEmail",
        "effect": "fail",
        "error": "MessageRejected",
        "status": 400,
    },
    Moment.CHARGED: {
        "service": "lambda",
        "action": "Invoke",
        "function": "update-order-status",
        "effect": "delay",
        "seconds": DELAY_SECONDS,
    },
}


def is_alone(scenario: Scenario) -> bool:
    """True if its faults could affect other scenarios."""
    return bool(_faults(scenario))


def run_scenario(scenario: Scenario, number: int, state: State) -> Result:
    """Run the scenario to its end, with separate SKUs: other scenarios may run at the same time."""
    runner = EmulatorRunner(state, number)
    try:
        return runner.run(scenario)
    finally:
        runner.close()


class EmulatorRunner:
    """Runs one scenario; `number` makes its SKUs unique."""

    def __init__(self, state: State, number: int) -> None:
        self._state, self._tag = state, f"-OF-{number:02}"
        self._users = Users(state.api_url, state.tokens)
        self._run = ScenarioRun(self._users, Backend(state))
        self._dynamodb = client("dynamodb", state.emulator_url)

    def close(self) -> None:
        """Close the connections."""
        self._users.close()

    def run(self, scenario: Scenario) -> Result:
        """Run the scenario to its end."""
        fill(self._dynamodb, self._state.outputs["InventoryTable"], stock_records(self._tag))
        for fault in _faults(scenario):
            self._do("fault", **fault)
        self._place(scenario)
        for step in scenario.steps:
            self._rest()
            self._take(step)
        if scenario.then is not None:
            self._do("wait-for-charge")
            self._take(scenario.then[1])
        self._wait_for_the_end(scenario)
        if is_alone(scenario):
            self._do("faults-used-up")
        return scenario_result(self._seen())

    def executions(self) -> list[tuple[str, Sequence[Event]]]:
        """Status and history of each execution of the order, oldest first."""
        order_id = self._run.id_of(ORDER)
        epoch = self._run.backend.order_snapshot(order_id).orders[0]["epoch"]
        each = range(1, epoch + 1)
        return [self._run.backend.execution(order_id, number) for number in each]

    def _place(self, scenario: Scenario) -> None:
        """Place the order. Only staff may choose a version, for a customer."""
        staff = {"by": "operator", "customer": "alice", "version": scenario.version}
        self._do(
            "place",
            items={sku + self._tag: quantity for sku, quantity in scenario.items},
            payment_method=scenario.payment_method,
            **(staff if scenario.version != "v2" else {}),
        )

    def _take(self, step: Step) -> None:
        match step:
            case Approve(revision):
                self._do("approve", **({"revision": revision} if revision else {}))
            case Add(sku, quantity):
                self._do("add", sku=sku + self._tag, quantity=quantity)
            case Act.CANCEL:
                self._do("cancel", reason=REASON)
            case Act.DECLINE:
                self._do("decline", reason=REASON)
            case Act.DEADLINE:
                self._do("wait", stage="cancelled")
            case Act.STOP:
                self._do("stop-execution")

    def _do(self, what: str, **fields: Any) -> None:
        run_step(self._run, ScenarioStep(what, fields))

    def _rest(self) -> None:
        """Wait until every accepted signal is applied and the order waits again."""

        def applied() -> bool:
            order = self._run.backend.order_snapshot(self._run.id_of(ORDER)).orders[0]
            return int(order["applied"]) == len(order["inbox"])

        self._run.eventually("the signals to be applied", applied)
        self._do("wait-for-token")

    def _wait_for_the_end(self, scenario: Scenario) -> None:
        if scenario.stage != "compensating":
            self._run.wait_for_end(ORDER)
            return

        def over() -> bool:
            return self._run.backend.execution(self._run.id_of(ORDER), 1)[0] != "RUNNING"

        self._run.eventually("the compensation to be stuck", over)

    def _seen(self) -> Seen:
        order_id = self._run.id_of(ORDER)
        books = self._run.backend.order_snapshot(order_id)
        order = books.orders[0]
        table = scan(self._dynamodb, self._state.outputs["InventoryTable"])
        return Seen(
            order_id=order_id,
            executions=[Ran(s, result(h), journal_entries(h)) for s, h in self.executions()],
            order=order,
            events=books.timeline(order),
            inventory=[record for record in table if record["sku"].endswith(self._tag)],
            payments=[book for book in books.payments if order_id in book["payment_key"]],
            subjects=self._run.backend.mails(order_id),
            tag=self._tag,
        )


def _faults(scenario: Scenario) -> list[dict[str, Any]]:
    wanted = (scenario.fault, scenario.then[0] if scenario.then else None)
    return [_FAULTS[one] for one in wanted if one in _FAULTS]
