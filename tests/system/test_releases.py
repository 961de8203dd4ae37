"""The worked examples of docs/evolution.md on the emulator: releases while orders wait."""

import pathlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest

from local.scenario_runner.backend import Backend
from local.scenario_runner.scenario import Step
from local.scenario_runner.scenario_run import ScenarioRun
from local.scenario_runner.users import Users
from tests.evolution.examples import EXAMPLES, patched
from tests.system.edited_checkout import edited_checkout, released
from tests.system.environments import Environment
from tests.system.releases import Definition, Releases
from tests.workflow.scenarios.ends import CANCELLED, LOOP, PAY, REJECTED, TO_WAIT, TO_WAIT_V1, Path

APPROVE, CANCEL = Step("approve", {}), Step("cancel", {"reason": "changed my mind"})
COMPLETED, UNDONE = (*LOOP, *PAY), (*LOOP, *CANCELLED)
CHECKED = ("RouteStart", "EnrichOrder", "CheckFraud", "ReserveStock", *COMPLETED)
MAILLESS = tuple(state for state in UNDONE if state != "SendCancellationEmail")
ROUTED = ("RouteStart", "EnrichOrder", "RouteFraudCheck")
BY_OPERATOR = {"by": "operator", "customer": "alice"}
OF_V1, OF_V3 = {**BY_OPERATOR, "version": "v1"}, {**BY_OPERATOR, "version": "v3"}
TOO_LARGE = {**OF_V3, "customer": "carol", "items": {"GRINDER-HAND": 21}}
STATE_AS_PAYLOAD = {"Payload.$": "$"}
"""The form of an activity's input before the example `Change a payload`."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """The last stage of an example, of which only the definition is released: orders have a known
    version, and take the path without a guard. `fields` are those of the orders on the previous
    definition.
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


@dataclass(frozen=True, kw_only=True)
class FirstStage:
    """The first stage of an example, with the paths of orders by version. `refused` are orders of
    v3 that a rule of the new step refuses.
    """

    title: str
    end: Step
    before: Path
    paths: Mapping[str, Path]
    refused: Mapping[str, tuple[Mapping[str, Any], Path]] = field(default_factory=dict)


FIRST_STAGES = (
    FirstStage(
        title="Add a step",
        end=APPROVE,
        before=ADD.before,
        paths={
            "v2": (*ROUTED, "ReserveStock", *COMPLETED),
            "v3": (*ROUTED, "CheckFraud", "ReserveStock", *COMPLETED),
        },
        refused={"large order": (TOO_LARGE, (*ROUTED, "CheckFraud", *REJECTED))},
    ),
    FirstStage(
        title="Remove a step",
        end=CANCEL,
        before=(*TO_WAIT, *UNDONE),
        paths={
            "v2": (*TO_WAIT, *LOOP, *CANCELLED[:2], "RouteCancellationEmail", *CANCELLED[2:]),
            "v3": (*TO_WAIT, *LOOP, *CANCELLED[:2], "RouteCancellationEmail", *CANCELLED[3:]),
        },
    ),
)


@pytest.mark.proof
@pytest.mark.parametrize("example", FIRST_STAGES, ids=lambda example: example.title)
def test_orders_of_both_versions_run_after_the_page_was_followed(
    example: FirstStage, deployment: Environment, releases: Releases, tmp_path: pathlib.Path
) -> None:
    previous = releases.publish(releases.deployed)
    releases.route(previous)
    releases.place("before the release", {})
    with released(deployment, edited_checkout(example.title, tmp_path)):
        for order, fields in {"v2": {}, "v3": OF_V3, "v3 after the rollback": OF_V3}.items():
            releases.place(order, fields)
        for order, (large, _) in example.refused.items():
            releases.refuse(order, large)
        for order in ("before the release", "v2", "v3"):
            releases.finish(order, example.end)
        assert releases.run.status("v3")["version"] == "v3"
    releases.route(previous)
    releases.finish("v3 after the rollback", example.end)

    assert releases.version("before the release") == previous
    assert {order: releases.path(order) for order in releases.run.orders} == {
        "before the release": example.before,
        **example.paths,
        "v3 after the rollback": example.paths["v3"],
        **{order: path for order, (_, path) in example.refused.items()},
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
