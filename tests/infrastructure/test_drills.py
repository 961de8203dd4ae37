"""Drills: each alarm has one, and all pass on the template."""

import re

import pytest

from tests.drills import registry
from tests.drills.__main__ import main
from tests.drills.alarm import AlarmState, evaluate, read_alarms
from tests.drills.alarm_drills import REPORTED_BY_AWS, fire
from tests.drills.fault import Fault
from tests.drills.order_alarms import refuse_refund
from tests.infrastructure.template import Template, text
from tests.support.api_caller import OPERATOR, an_event
from tests.support.definition import ROOT
from tests.support.telemetry import captured_log

DRILLS = registry.drills()


def firing_alarms(system: Fault) -> set[str]:
    alarms = read_alarms(system.template)
    return {n for n, one in alarms.items() if one.state(system.measured) is AlarmState.ALARM}


def test_every_alarm_has_a_drill(template: Template) -> None:
    assert set(read_alarms(template)) <= set(DRILLS)


@pytest.mark.parametrize("name", list(DRILLS))
def test_a_drill_shows_the_documented_reaction(staging: Template, name: str) -> None:
    with captured_log():
        assert list(DRILLS[name].run(lambda: staging))


def test_the_runbook_names_the_drills_that_record_a_report_of_aws(staging: Template) -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    table = page.partition("<!-- reported by AWS -->")[2].partition("<!-- end -->")[0]
    named = {name for row in re.findall(r"^\| (`.*?) \|", table, re.M) for name in row.split(", ")}
    with captured_log():
        reported = {
            f"`{name}`"
            for name in read_alarms(staging)
            if REPORTED_BY_AWS in list(DRILLS[name].run(lambda: staging))
        }

    assert named == reported


def test_a_fault_that_the_alarm_does_not_notice_fails_the_drill(staging: Template) -> None:
    alarm, system = read_alarms(staging)["CompensationStuck"], Fault(staging)

    with pytest.raises(registry.DrillFailed, match="CompensationStuck is OK after 1 periods"):
        list(fire(alarm, system, lambda _fault: None, silent=False))


def test_what_an_operator_stops_through_the_api_fires_no_alarm(staging: Template) -> None:
    """The route counts the stop, and Step Functions counts the aborted execution."""
    system = Fault(staging)
    system.measured.period += 1
    with captured_log():
        for _ in range(20):
            order = system.world.place()
            system.request(an_event("POST", f"/ops/orders/{order.order_id}/abort", OPERATOR))
    system.end_executions("Aborted", 20)

    assert firing_alarms(system) == set()


def test_a_stuck_refund_fires_no_alarm_that_rolls_a_release_back(staging: Template) -> None:
    alias = staging.only("StepFunctions::StateMachineAlias")["Properties"]
    rollback = {text(alarm) for alarm in alias["DeploymentPreference"]["Alarms"]}
    system = Fault(staging)
    system.measured.period += 1

    with captured_log():
        for _ in range(20):
            refuse_refund(system)

    firing = firing_alarms(system)
    assert firing == {"CompensationStuck"}
    assert rollback
    assert not {f"<Operations{name}>" for name in firing} & rollback


def test_metric_math_without_data_has_no_value() -> None:
    expression = "IF(failed >= 2, 100 * failed / SUM([failed, FILL(succeeded, 0)]), 0)"

    assert evaluate(expression, {"failed": None, "succeeded": 1}) is None
    assert evaluate(expression, {"failed": 2, "succeeded": None}) == 100


def test_the_list_names_every_drill_and_an_unknown_name_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([]) == 0
    assert set(DRILLS) <= set(capsys.readouterr().out.split())
    assert main(["NoSuchDrill"]) == 2
