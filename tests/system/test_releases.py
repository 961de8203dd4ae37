"""The worked examples of docs/evolution.md on the emulator: releases while orders wait."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field

import pytest

from local.scenario_runner.backend import Backend
from local.scenario_runner.scenario import Step
from local.scenario_runner.scenario_run import ScenarioRun
from local.scenario_runner.users import Users
from tests.evolution.examples import EXAMPLES, patched
from tests.system.environments import Environment
from tests.system.releases import Definition, Releases
from tests.workflow.stories.ends import CANCELLED, LOOP, PAY, TO_WAIT, TO_WAIT_V1, Path

APPROVE, CANCEL = Step("approve", {}), Step("cancel", {"reason": "changed my mind"})
COMPLETED, UNDONE = (*LOOP, *PAY), (*LOOP, *CANCELLED)
CHECKED = ("RouteStart", "EnrichOrder", "CheckFraud", "ReserveStock", *COMPLETED)
MAILLESS = tuple(state for state in UNDONE if state != "SendCancellationEmail")
OF_V1 = {"version": "v1", "by": "operator", "customer": "alice"}
STATE_AS_PAYLOAD = {"Payload.$": "$"}
"""The form of an activity's input before the example `Change a payload`."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """The last stage of an example. The deployed API does not know v3: orders have a known version,
    and take the path without a guard. `fields` are those of the orders on the previous definition.
    """

    title: str
    before: Path
    after: Path
    end: Step = APPROVE
    fields: Mapping[str, str] = field(default_factory=dict)

    def previous(self, deployed: Definition) -> Definition:
        """The definition that is released first."""
        if self.title != "Change a payload":
            return deployed
        states = dict(deployed["States"])
        function = {"FunctionName": states["ReserveStock"]["Parameters"]["FunctionName"]}
        states["ReserveStock"] = {
            **states["ReserveStock"],
            "Parameters": {**function, **STATE_AS_PAYLOAD},
        }
        return {**deployed, "States": states}

    def new(self, deployed: Definition) -> Definition:
        """The definition that is released while an order waits."""
        stages = range(len(EXAMPLES[self.title]))
        return patched(self.title, *stages, definition=self.previous(deployed))


ADD = Example(title="Add a step", before=(*TO_WAIT, *COMPLETED), after=CHECKED)
OTHERS = (
    Example(
        title="Remove a step",
        before=(*TO_WAIT, *UNDONE),
        after=(*TO_WAIT, *MAILLESS),
        end=CANCEL,
    ),
    Example(title="Change a payload", before=ADD.before, after=ADD.before),
    Example(title="Retire v1", before=(*TO_WAIT_V1, *COMPLETED), after=ADD.before, fields=OF_V1),
)


@pytest.fixture
def releases(deployment: Environment) -> Iterator[Releases]:
    state = deployment.state
    with closing(Users(state.api_url, state.tokens)) as users:
        made = Releases(deployment, ScenarioRun(users, Backend(state)))
        yield made
        made.restore()


@pytest.mark.parametrize("example", [ADD, *OTHERS], ids=lambda example: example.title)
def test_an_order_ends_on_the_definition_that_it_started_with(
    example: Example, releases: Releases
) -> None:
    previous = releases.publish(example.previous(releases.deployed))
    releases.route(previous)
    releases.place("before the release", example.fields)
    new = releases.publish(example.new(releases.deployed))
    releases.route(new)
    releases.place("after the release", {})
    releases.finish("before the release", example.end)
    releases.route(previous)
    releases.place("after the rollback", example.fields)
    for order in ("after the release", "after the rollback"):
        releases.finish(order, example.end)

    seen = {order: (releases.version(order), releases.path(order)) for order in releases.run.orders}
    assert seen == {
        "before the release": (previous, example.before),
        "after the release": (new, example.after),
        "after the rollback": (previous, example.before),
    }


def test_orders_of_a_canary_take_the_path_of_the_version_that_the_alias_chose(
    releases: Releases,
) -> None:
    previous = releases.publish(releases.deployed)
    new = releases.publish(ADD.new(releases.deployed))
    releases.route(previous, new)
    orders = [f"order {number}" for number in range(4)]
    for order in orders:
        releases.place(order, {})
    for order in orders:
        releases.finish(order, APPROVE)

    paths = {previous: ADD.before, new: ADD.after}
    for order in orders:
        assert releases.path(order) == paths[releases.version(order)]
