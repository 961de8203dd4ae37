"""The worked examples of docs/evolution.md, on moto's interpreter or by the replay gate."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from lambdas.domain.errors import ActivityDefect, WorkflowVersionRemoved
from lambdas.domain.record.signals import SignalKind
from lambdas.domain.steps.start import StartRequest
from lambdas.domain.task import Task
from lambdas.domain.workflow_versions import (
    WORKFLOW_VERSIONS,
    VersionStatus,
    VersionTable,
    WorkflowVersion,
)
from tests.evolution.compatibility import find_incompatibilities
from tests.evolution.examples import EXAMPLES, patched
from tests.simulation.step_functions.definition import check
from tests.support.definition import load
from tests.support.definition_rules import dangling_edges, unreachable_states
from tests.support.versions import expected_guards, guards, with_status
from tests.workflow.scenarios.ends import CANCELLED, LOOP, PAY, TO_WAIT, TO_WAIT_V1
from tests.workflow.world import World, a_world
from tools.predeploy import find_obstacles

ADD, REMOVE, PAYLOAD, RETIRE = "Add a step", "Remove a step", "Change a payload", "Retire v1"
CHECKED = ("RouteStart", "EnrichOrder", "RouteFraudCheck", "CheckFraud", "ReserveStock")
UNCHECKED = ("RouteStart", "EnrichOrder", "RouteFraudCheck", "ReserveStock")
APPROVED = (*LOOP, *PAY)
BOTH_REMOVED = with_status(v1="removed", v2="removed")


@pytest.fixture
def world() -> Iterator[World]:
    with a_world() as made:
        made.engine.lambdas.add("CheckFraud", lambda event, context: {})
        yield made


def place(world: World, version: str) -> str:
    """Place an order and let it wait for its approval."""
    request = StartRequest(
        customer_id="alice",
        requested_by="alice",
        payment_method="pm_ok",
        version=version,
        items=(("MUG-RED", 1),),
    )
    world.place(request, key=f"key-{len(world.engine.executions())}")
    world.engine.settle()
    return world.order_id


def finish(world: World, order_id: str, kind: SignalKind = SignalKind.APPROVE_PAYMENT) -> str:
    """Approve or cancel the order; returns its stage at the end."""
    world.order_id = order_id
    approves = kind is SignalKind.APPROVE_PAYMENT
    fields = {"revision": 1} if approves else {"reason": "changed my mind"}
    world.signal(kind, "approver1" if approves else "alice", **fields)
    world.engine.settle()
    return str(world.order().stage)


def path(world: World, order_id: str) -> tuple[str, ...]:
    paths = dict(zip(world.engine.executions(), world.paths(), strict=True))
    return paths[f"{order_id}-1"]


def named(definition: Mapping[str, Any], table: VersionTable) -> set[tuple[str, str]]:
    findings = find_incompatibilities(definition, table=table)
    return {(finding.state, finding.field) for finding in findings}


@pytest.mark.parametrize(("title", "stages"), [(t, n) for t in EXAMPLES for n in (1, 2)])
def test_every_stage_of_an_example_is_a_valid_definition(title: str, stages: int) -> None:
    definition = patched(title, *range(len(EXAMPLES[title]))[:stages])

    check(definition["States"])
    assert unreachable_states(definition) == dangling_edges(definition) == []


@pytest.mark.parametrize(
    ("title", "change", "guard"),
    [
        (ADD, "fraud-check", "RouteFraudCheck"),
        (REMOVE, "cancellation-by-event", "RouteCancellationEmail"),
    ],
)
def test_the_guard_of_an_example_is_the_one_that_the_table_needs(
    title: str, change: str, guard: str
) -> None:
    known = WORKFLOW_VERSIONS
    new = WorkflowVersion(
        name="v3", status=VersionStatus.SUPPORTED, changes=(*known.current.changes, change)
    )
    table = VersionTable((*known.rows, new), {**known.guards, change: guard})

    assert guards(patched(title, 0)) == expected_guards(table)


def test_the_definition_without_v1_needs_no_guard() -> None:
    table = replace(with_status(v1="removed"), guards={})

    assert guards(patched(RETIRE, 0)) == expected_guards(table) == {}


def test_every_example_has_its_patches() -> None:
    counts = {title: len(patches) for title, patches in EXAMPLES.items()}

    assert counts == {ADD: 2, REMOVE: 2, PAYLOAD: 1, RETIRE: 1}


def test_a_step_is_added_while_orders_of_both_versions_run(world: World) -> None:
    started_before = place(world, "v2")
    world.engine.deploy(patched(ADD, 0))
    previous, new = place(world, "v2"), place(world, "v3")

    stages = [finish(world, order_id) for order_id in (new, started_before, previous)]

    assert stages == ["completed"] * 3
    assert path(world, started_before) == (*TO_WAIT, *APPROVED)
    assert path(world, previous) == (*UNCHECKED, *APPROVED)
    assert path(world, new) == (*CHECKED, *APPROVED)


def test_an_order_of_the_added_step_survives_a_rollback(world: World) -> None:
    world.engine.deploy(patched(ADD, 0))
    canary = place(world, "v3")
    world.engine.deploy(load())
    after = place(world, "v2")

    assert finish(world, canary) == finish(world, after) == "completed"
    assert path(world, canary) == (*CHECKED, *APPROVED)
    assert path(world, after) == (*TO_WAIT, *APPROVED)


def test_after_the_last_stage_every_order_takes_the_added_step(world: World) -> None:
    waiting = place(world, "v2")
    world.engine.deploy(patched(ADD, 0, 1))
    new = place(world, "v3")

    assert finish(world, waiting) == finish(world, new) == "completed"
    assert path(world, new) == (
        "RouteStart",
        "EnrichOrder",
        "CheckFraud",
        "ReserveStock",
        *APPROVED,
    )


def test_v1_is_deprecated_then_removed_while_an_order_of_it_runs(world: World) -> None:
    world.workflow = replace(world.workflow, versions=with_status(v1="deprecated"))
    last = place(world, "v1")
    assert world.workflow.versions.warnings("v1") == ["workflow version v1 is deprecated: use v2"]
    removed = with_status(v1="removed")
    assert "(at awaiting-approval)" in "".join(obstacles(world, removed))

    world.engine.deploy(patched(RETIRE, 0))
    world.workflow = replace(world.workflow, versions=removed)
    new = place(world, "v2")

    assert finish(world, last) == finish(world, new) == "completed"
    assert path(world, last) == (*TO_WAIT_V1, *APPROVED)
    assert path(world, new) == (*TO_WAIT, *APPROVED)
    assert obstacles(world, removed) == []
    with pytest.raises(WorkflowVersionRemoved, match="new orders start as v2"):
        place(world, "v1")
    assert world.moved_stock() == {"MUG-RED": (98, 0, 2)}


def obstacles(world: World, table: VersionTable) -> list[str]:
    return list(find_obstacles(world.deps.index.open_versions(at_most=100), table))


def test_a_removed_step_is_left_out_for_new_orders_only(world: World) -> None:
    world.engine.deploy(patched(REMOVE, 0))
    old, new = place(world, "v2"), place(world, "v3")

    assert {finish(world, one, SignalKind.CANCEL_ORDER) for one in (old, new)} == {"cancelled"}
    undone = [path(world, one)[len((*TO_WAIT, *LOOP)) :] for one in (old, new)]
    assert undone[0] == (*CANCELLED[:2], "RouteCancellationEmail", *CANCELLED[2:])
    assert undone[1] == (*CANCELLED[:2], "RouteCancellationEmail", *CANCELLED[3:])


@pytest.mark.parametrize("title", [ADD, REMOVE])
def test_a_guarded_change_breaks_no_recorded_execution(title: str) -> None:
    assert named(patched(title, 0), WORKFLOW_VERSIONS) == set()


@pytest.mark.parametrize(
    ("title", "finding"),
    [
        (ADD, ("EnrichOrder", "Next")),
        (REMOVE, ("SendCancellationEmail", "States")),
        (RETIRE, ("FetchInventorySnapshotV1", "States")),
    ],
)
def test_the_last_stage_is_reported_until_the_old_versions_are_removed(
    title: str, finding: tuple[str, str]
) -> None:
    definition = patched(title, *range(len(EXAMPLES[title])))

    assert finding in named(definition, WORKFLOW_VERSIONS)
    assert (
        named(definition, with_status(v1="removed") if title == RETIRE else BOTH_REMOVED) == set()
    )


def test_the_current_payload_of_an_activity_is_the_one_of_the_example() -> None:
    assert patched(PAYLOAD, 0) == load()


def test_a_receiver_that_accepts_the_new_payload_only_is_reported() -> None:
    def accept(payload: Mapping[str, Any]) -> Task:
        if "task" not in payload:
            raise ActivityDefect("the activity's input has no `task`")
        return Task.parse(payload)

    findings = find_incompatibilities(accept=accept)

    assert ("ReserveStock", "task") in {(finding.state, finding.field) for finding in findings}
    assert {finding.recorded.partition(",")[0] for finding in findings} == {"before-0.1.0"}
