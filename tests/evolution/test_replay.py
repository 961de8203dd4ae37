"""The replay gate: the definition breaks no recorded execution, and every breakage is named."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from lambdas.domain.errors import ActivityDefect
from lambdas.domain.task import Task
from tests.evolution.__main__ import main
from tests.evolution.compatibility import ACCEPTED, ERRORS, find_incompatibilities
from tests.evolution.recorded import recorded_executions
from tests.evolution.replay import new_without_effect, replay
from tests.mutation.edits import put, remove
from tests.support.definition import load, states

Change = Callable[[Any], object]
RECORDED = list(recorded_executions())


def changed(state: str, change: Change) -> dict[str, Any]:
    """The committed definition with a change of one state."""
    definition = load()
    change(states(definition)[state])
    return definition


def without_the_confirmation() -> Mapping[str, Any]:
    definition = changed("UpdateOrderStatus", put("Next", value="CompletedUnconfirmed"))
    remove("States", "SendOrderConfirmation")(definition)
    put("States", "RouteDecision", "Choices", 4, "Next", value="CompletedUnconfirmed")(definition)
    return definition


def with_an_unguarded_step() -> Mapping[str, Any]:
    definition = changed("EnrichOrder", put("Next", value="CheckFraud"))
    step = {**definition["States"]["ReserveStock"], "Next": "ReserveStock"}
    put("States", "CheckFraud", value=step)(definition)
    return definition


def with_a_step_before_the_confirmation(result_path: str | None) -> Mapping[str, Any]:
    """A task that continues with the confirmation after every error."""
    definition = changed("UpdateOrderStatus", put("Next", value="NotifyCarrier"))
    put("States", "RouteDecision", "Choices", 4, "Next", value="NotifyCarrier")(definition)
    later = {"ResultPath": result_path, "Next": "SendOrderConfirmation"}
    step = {
        **definition["States"]["UpdateOrderStatus"],
        **later,
        "Catch": [{"ErrorEquals": ["States.ALL"], **later}],
    }
    put("States", "NotifyCarrier", value=step)(definition)
    return definition


def in_which_a_branch_calls_more() -> Mapping[str, Any]:
    definition = changed("FetchCustomerProfile", put("Next", value="FetchLimits"))
    branch = definition["States"]["EnrichOrder"]["Branches"][1]["States"]
    branch["FetchLimits"] = {**branch["FetchCustomerProfile"]}
    del branch["FetchCustomerProfile"]["End"], branch["FetchLimits"]["Next"]
    return definition


def without_version_1() -> Mapping[str, Any]:
    definition = changed("RouteStart", remove("Choices", 2))
    for state in ("FetchInventorySnapshotV1", "FetchCustomerProfileV1", "FetchRecommendationsV1"):
        remove("States", state)(definition)
    return definition


BREAKAGES: Mapping[str, tuple[Mapping[str, Any], str, str]] = {
    "a state is removed": (without_the_confirmation(), "SendOrderConfirmation", "States"),
    "the states of a version are removed": (
        without_version_1(),
        "FetchInventorySnapshotV1",
        "States",
    ),
    "a step is added without a guard": (with_an_unguarded_step(), "EnrichOrder", "Next"),
    "a step without a guard adds its answer to the state": (
        with_a_step_before_the_confirmation("$.carrier"),
        "UpdateOrderStatus",
        "Next",
    ),
    "a branch gets a step": (in_which_a_branch_calls_more(), "FetchLimits", "Resource"),
    "the guard of a version is removed": (
        changed("RouteStart", remove("Choices", 2)),
        "RouteStart",
        "$.resume",
    ),
    "the input lacks a field that is read": (
        changed("AwaitSignal", put("Parameters", "Payload", "region.$", value="$.region")),
        "AwaitSignal",
        "$.region",
    ),
    "an answer lacks a field that is read": (
        changed("ReserveStock", put("ResultSelector", "currency.$", value="$.Payload.currency")),
        "ReserveStock",
        "$.Payload.currency",
    ),
    "a caught error is renamed": (
        changed("ReserveStock", put("Catch", 0, "ErrorEquals", value=["OutOfStock"])),
        "ReserveStock",
        "InsufficientStock",
    ),
    "a retried error is renamed": (
        changed("ProcessPayment", put("Retry", 0, "ErrorEquals", value=["ProviderDown"])),
        "ProcessPayment",
        "ProviderUnavailable",
    ),
    "a decision is renamed": (
        changed("RouteDecision", put("Choices", 2, "StringEquals", value="charge")),
        "RouteDecision",
        "$.next.decision",
    ),
}


def named(findings: Any) -> set[tuple[str, str]]:
    return {(finding.state, finding.field) for finding in findings}


def test_the_committed_definition_and_activities_break_no_recorded_execution() -> None:
    assert find_incompatibilities() == []


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_breaking_definition_is_reported_with_its_state_and_field(name: str) -> None:
    definition, state, field = BREAKAGES[name]

    assert (state, field) in named(find_incompatibilities(definition))


def stricter(payload: Mapping[str, Any]) -> Task:
    """A handler that needs a field which recorded payloads do not have."""
    if "tenant" not in payload:
        raise ActivityDefect("the activity's input has no `tenant`")
    return Task.parse(payload)


def renamed(payload: Mapping[str, Any]) -> Task:
    return Task.parse({"order_id": payload["id"], **payload})


@pytest.mark.parametrize(("accept", "field"), [(stricter, "tenant"), (renamed, "id")])
def test_an_activity_that_refuses_recorded_payloads_is_reported(accept: Any, field: str) -> None:
    found = named(find_incompatibilities(accept=accept))

    called = {entry.state for one in RECORDED for entry in one.entries if entry.calls}
    assert found == {(state, field) for state in called}


def test_an_activity_that_accepts_less_of_one_field_is_reported() -> None:
    findings = find_incompatibilities(accept=lambda payload: Task.parse({**payload, "epoch": "1"}))

    assert ("AwaitSignal", "epoch") in named(findings)


def test_an_error_that_no_activity_raises_any_longer_is_reported() -> None:
    findings = find_incompatibilities(known_errors=ERRORS - {"PaymentDeclined"})

    assert named(findings) == {("ProcessPayment", "PaymentDeclined")}


def test_a_step_whose_answer_and_errors_are_discarded_is_compatible() -> None:
    assert find_incompatibilities(with_a_step_before_the_confirmation(None)) == []


def test_more_retries_are_compatible() -> None:
    more = changed("ProcessPayment", put("Retry", 0, "MaxAttempts", value=9))

    assert find_incompatibilities(more) == []


def test_every_accepted_finding_still_occurs(monkeypatch: pytest.MonkeyPatch) -> None:
    accepted = dict(ACCEPTED)
    monkeypatch.setattr("tests.evolution.compatibility.ACCEPTED", {})

    assert set(accepted) <= named(find_incompatibilities())


def test_the_recordings_enter_every_state_that_a_normal_order_can_enter() -> None:
    entered = {entry.state for one in RECORDED for entry in one.entries}
    rare = {
        "RequestApproval",
        "OrderTakenOver",
        "OrderInterrupted",
        "OrderNotFound",
        "BeginBackOff",
    }

    assert set(states(load())) - entered - new_without_effect(states(load())) == rare


def test_a_recorded_execution_is_replayed_to_its_last_state() -> None:
    for one in RECORDED:
        assert replay(one, load()).entries[-1].state == one.entries[-1].state


def test_the_recordings_hold_no_token_and_no_personal_data() -> None:
    text = json.dumps([str(one) for one in RECORDED])

    assert "arn:" not in text
    assert "example.com" not in text


def test_the_command_prints_findings_and_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main() == 0
    broken = BREAKAGES["a caught error is renamed"][0]
    monkeypatch.setattr("tests.evolution.compatibility.load", lambda: broken)

    assert main() == 1
    printed = capsys.readouterr().out
    assert "ReserveStock, InsufficientStock: leads to RouteBackOff, recorded" in printed
    assert "do not deploy" in printed
