"""Alarms: what they watch, whom they notify, and the runbook of each."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from lambdas.domain import errors
from stacks.workflow.activity_functions import ACTIVITIES, activity_name
from tests.infrastructure.template import Template, text
from tests.support.definition import ROOT

Alarm = Mapping[str, Any]

ROLLBACK_ONLY = {"CanaryOrdersFailing"}


def alarms(template: Template) -> dict[str, Alarm]:
    return {
        alarm["AlarmName"].removeprefix(f"{template.stack_name}-"): alarm
        for alarm in template.properties("CloudWatch::Alarm")
    }


def metrics(alarm: Alarm) -> Iterator[dict[str, Any]]:
    """Namespace, name and dimensions of each metric of an alarm, whichever way they are given."""
    stated = [
        one["MetricStat"]["Metric"] for one in alarm.get("Metrics", []) if "MetricStat" in one
    ]
    for metric in stated or [alarm]:
        dimensions = {
            dimension["Name"]: text(dimension["Value"])
            for dimension in metric.get("Dimensions", [])
        }
        yield {
            "namespace": metric["Namespace"],
            "name": metric["MetricName"],
            "dimensions": dimensions,
        }


def expression(alarm: Alarm) -> str:
    (found,) = (metric["Expression"] for metric in alarm["Metrics"] if "Expression" in metric)
    return str(found)


def evaluated(alarm: Alarm, **values: float) -> float:
    """The alarm's expression for values of its metrics: metric math that Python can read."""
    functions = {
        "IF": lambda condition, yes, no: yes if condition else no,
        "FILL": lambda value, _default: value,
        "SUM": sum,
    }
    return float(eval(expression(alarm), functions, values))  # noqa: S307  # from our template


def test_every_alarm_notifies_the_operators_but_those_that_only_roll_back(
    template: Template,
) -> None:
    (topic,) = template.of_type("SNS::Topic")
    for name, alarm in alarms(template).items():
        expected = [] if name in ROLLBACK_ONLY else [{"Ref": topic}]
        assert alarm.get("AlarmActions", []) == expected
        assert alarm.get("OKActions", []) == []


def test_every_alarm_has_a_runbook_and_names_it(template: Template) -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    headings = set(re.findall(r"^### (\w+)$", page, re.MULTILINE))

    expected = {name.rstrip("0123456789") for name in alarms(template)}
    assert headings == expected
    for name, alarm in alarms(template).items():
        heading = name.rstrip("0123456789")
        assert alarm["AlarmDescription"].endswith(f"Runbook: docs/operations.md, {heading}.")


def test_missing_data_is_a_reason_to_notify_for_the_janitor_alone(template: Template) -> None:
    """An alarm begins without data, so only the change to it notifies: none at the first
    deployment.
    """
    (topic,) = template.of_type("SNS::Topic")
    for name, alarm in alarms(template).items():
        silent = name == "JanitorSilent"
        assert alarm["TreatMissingData"] == ("missing" if silent else "notBreaching")
        assert alarm.get("InsufficientDataActions", []) == ([{"Ref": topic}] if silent else [])


def test_no_alarm_has_more_metrics_than_cloudwatch_takes(template: Template) -> None:
    for alarm in alarms(template).values():
        assert len(list(metrics(alarm))) <= 10
        assert alarm["EvaluationPeriods"] * alarm.get("Period", 300) <= 24 * 3600


def test_every_error_that_only_a_person_can_settle_has_an_alarm(template: Template) -> None:
    permanent = {subclass.__name__ for subclass in errors.PermanentError.__subclasses__()}
    of_the_protocol = {"BusinessError", "OrderMovedOn", "PaymentPending", "StaleEpoch"}
    watched = {metric["name"] for alarm in alarms(template).values() for metric in metrics(alarm)}

    assert permanent - of_the_protocol <= watched


def test_every_version_of_the_release_is_watched_for_crashes(template: Template) -> None:
    """A version's errors minus those that our code counted: an import that fails is one."""
    watched = []
    for name in ("ActivityCrashes1", "ActivityCrashes2", "ActivityCrashes3"):
        alarm = alarms(template)[name]
        found = list(metrics(alarm))
        for errors_of_lambda, counted in zip(found[::2], found[1::2], strict=True):
            function, version = errors_of_lambda["dimensions"]["Resource"].split(":")
            assert errors_of_lambda["name"] == "Errors"
            assert errors_of_lambda["dimensions"]["FunctionName"] == function
            assert counted["name"] == "FailedInvocation"
            assert counted["dimensions"]["function_version"] == version
            assert function == f"<Activities{_state(counted['dimensions']['activity'])}Function>"
            watched.append(counted["dimensions"]["activity"])
        values = {key: 4.0 if key.startswith("errors") else 1.0 for key in _ids(alarm)}
        assert evaluated(alarm, **values) == 3.0 * len(found) / 2

    assert sorted(watched) == sorted(activity_name(row) for row in ACTIVITIES.values())


def _state(activity: str) -> str:
    (state,) = (state for state, row in ACTIVITIES.items() if activity_name(row) == activity)
    return state


def _ids(alarm: Alarm) -> list[str]:
    return [metric["Id"] for metric in alarm["Metrics"] if "MetricStat" in metric]


@pytest.mark.parametrize(
    ("name", "failed", "succeeded", "on"),
    [
        ("OrdersFailing", 5, 20, True),
        ("OrdersFailing", 4, 0, False),
        ("OrdersFailing", 5, 21, False),
        ("OrdersFailingAtLowTraffic", 2, 8, True),
        ("OrdersFailingAtLowTraffic", 1, 0, False),
        ("CanaryOrdersFailing", 2, 18, True),
        ("CanaryOrdersFailing", 1, 9, False),
        ("CanaryOrdersFailing", 2, 98, False),
    ],
)
def test_failing_orders_are_noticed_at_every_traffic(
    template: Template, name: str, failed: int, succeeded: int, on: bool
) -> None:
    """A canary that fails all its orders makes a tenth of all orders fail."""
    alarm = alarms(template)[name]

    share = evaluated(alarm, failed=failed, succeeded=succeeded)

    assert (share >= alarm["Threshold"]) is on


def test_failing_orders_are_counted_over_an_hour_at_low_traffic(template: Template) -> None:
    alarm = alarms(template)["OrdersFailingAtLowTraffic"]

    periods = {
        metric["MetricStat"]["Period"] for metric in alarm["Metrics"] if "MetricStat" in metric
    }
    assert periods == {3600}


def test_a_stuck_compensation_notifies_once_and_not_at_every_attempt(template: Template) -> None:
    """The janitor's attempts are at most an hour apart: the alarm stays on between them."""
    alarm = alarms(template)["CompensationStuck"]

    assert alarm["DatapointsToAlarm"] == 1
    assert alarm["EvaluationPeriods"] * alarm["Period"] > 3600


def test_e_mails_that_are_not_sent_are_counted_for_every_activity_that_sends(
    template: Template,
) -> None:
    found = {
        (metric["name"], metric["dimensions"]["activity"])
        for metric in metrics(alarms(template)["EmailsFailing"])
    }

    senders = {"request_approval", "send_order_confirmation", "send_cancellation_email"}
    assert found == {
        (error, sender) for error in ("MailRejected", "MailUnsettled") for sender in senders
    }


def test_every_function_is_watched_for_throttling(template: Template) -> None:
    watched = {
        metric["dimensions"]["FunctionName"]
        for name in ("FunctionsThrottled1", "FunctionsThrottled2", "FunctionsThrottled3")
        for metric in metrics(alarms(template)[name])
    }

    assert len(watched) == len(template.functions())
