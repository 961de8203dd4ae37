"""The tree and log lines of the workflow show every entered state."""

from collections.abc import Mapping
from typing import Any

import pytest

from cli.terminal.console import out
from cli.views.workflow_tree import log_lines, workflow_tree

ORDER = {
    "order_id": "01KDVDNH000000000000000001",
    "stage": "completed",
    "total": {"amount_minor": 800, "currency": "EUR", "exponent": 2},
    "ledger": {},
    "version": "v2",
    "last_error": None,
    "reason": None,
    "updated_at": "2026-01-01T00:00:09+00:00",
    "approval_deadline": None,
}


def execution(**changes: Any) -> Mapping[str, Any]:
    """An execution that entered one state."""
    state = {
        "name": "NotifyWarehouse",
        "type": "Task",
        "category": "lifecycle",
        "progress": "succeeded",
        "entries": 1,
        "entered_at": "2026-01-01T00:00:01+00:00",
        "left_at": "2026-01-01T00:00:02+00:00",
        "error": None,
        **changes,
    }
    return {"order_id": ORDER["order_id"], "epoch": 1, "states": [state]}


@pytest.mark.parametrize("category", ["lifecycle", "shipping"])
def test_a_state_without_a_known_category_is_shown_as_other(category: str) -> None:
    with out.capture() as printed:
        out.print(workflow_tree(ORDER, execution(category=category)))

    lines = [line.strip("├└─│ ") for line in printed.get().splitlines()]
    assert lines[1:3] == ["✓ other", "✓ NotifyWarehouse  1.0 s"]
    assert any("NotifyWarehouse" in line for line in log_lines(ORDER, execution()).values())


def test_an_unknown_progress_is_shown() -> None:
    with out.capture() as printed:
        out.print(workflow_tree(ORDER, execution(progress="paused")))

    assert "? NotifyWarehouse" in printed.get()


@pytest.mark.parametrize("kind", ["Choice", "Succeed", "Fail"])
def test_routing_and_end_states_are_not_shown(kind: str) -> None:
    with out.capture() as printed:
        out.print(workflow_tree(ORDER, execution(type=kind)))

    assert "NotifyWarehouse" not in printed.get()


def test_states_that_changed_at_the_same_time_are_logged_in_their_order() -> None:
    then = {"entered_at": "2026-01-01T00:00:01.200Z", "left_at": "2026-01-01T00:00:01.900Z"}
    states: list[tuple[str, dict[str, Any]]] = [
        ("AwaitSignal", {"progress": "running", "entered_at": then["left_at"], "left_at": None}),
        ("EnrichOrder", {"type": "Parallel", "entered_at": "2026-01-01T00:00:01.100Z"}),
        ("FetchRecommendations", {}),
        ("FetchCustomerProfile", {"left_at": "2026-01-01T00:00:01.800Z"}),
    ]
    found = [execution(name=name, **{**then, **one})["states"][0] for name, one in states]

    lines = log_lines(ORDER, {**execution(), "states": found}).values()

    assert [line.split("  ")[1].split()[0] for line in lines][:4] == [
        "FetchCustomerProfile",
        "FetchRecommendations",
        "EnrichOrder",
        "AwaitSignal",
    ]
