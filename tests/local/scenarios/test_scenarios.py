import json
import re
from pathlib import Path

import pytest

from local.data.catalogue import units_by_sku
from local.data.users import TOKEN_OF
from local.host.folders import REPOSITORY
from local.scenario_runner.scenario import InvalidScenario, Scenario, read_scenario, read_scenarios
from local.scenario_runner.schema import INVARIANTS, STEPS
from local.scenario_runner.steps import KNOWN_STEPS

DEFINITION = REPOSITORY / "statemachine" / "order_workflow.asl.json"
SCENARIOS = read_scenarios()
GOOD = """
title = "T"
shows = "S"
proves = ["stock"]
steps = [ { do = "place", items = { MUG-RED = 1 } } ]
[expect.order]
stage = "completed"
path = ["RouteStart", "= SUCCEEDED"]
"""


def a_file(folder: Path, text: str) -> Path:
    file = folder / "01-a-scenario.toml"
    file.write_text(text)
    return file


def test_a_scenario_is_read_with_its_defaults(tmp_path: Path) -> None:
    scenario = read_scenario(a_file(tmp_path, GOOD))
    expected = scenario.expect["order"]
    assert (scenario.name, scenario.alone, scenario.steps[0].order) == (
        "a-scenario",
        False,
        "order",
    )
    assert (expected.version, expected.last_error, expected.mail) == ("v2", None, "none")
    assert expected.result("01X") == "Order 01X completed (version v2)"


@pytest.mark.parametrize(
    ("good", "bad", "message"),
    [
        ('do = "place"', 'do = "plaice"', "there is no step 'plaice'"),
        ("items = { MUG-RED = 1 }", "by = 'customer'", "place needs items"),
        ("items = {", "colour = 1, items = {", "place has no field colour"),
        ('do = "place", items = { MUG-RED = 1 }', 'do = "report", event = "x"', "no event 'x'"),
        ('"stock"', '"luck"', "there is no invariant 'luck'"),
        ('"completed"', '"done"', "there is no end 'done'"),
        ('"RouteStart"', '"Route Start"', "cannot read 'Route Start'"),
        ("[expect.order]", "[expect.other]", "has [expect] sections for"),
        ('title = "T"', "", "title"),
        ('title = "T"', 'titel = "T"', "titel"),
        ("steps = [", "steps = [[", "01-a-scenario.toml"),
    ],
)
def test_an_invalid_scenario_is_reported_with_its_file(
    tmp_path: Path, good: str, bad: str, message: str
) -> None:
    file = a_file(tmp_path, GOOD.replace(good, bad, 1))
    with pytest.raises(InvalidScenario, match=re.escape(message)) as refusal:
        read_scenario(file)
    assert "01-a-scenario.toml" in str(refusal.value)


def test_every_step_is_implemented() -> None:
    assert STEPS.keys() == KNOWN_STEPS


def test_names_of_scenarios_are_unique() -> None:
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_scenario_names_states_of_the_definition(scenario: Scenario) -> None:
    text = DEFINITION.read_text()
    states = set(json.loads(text)["States"]) | set(re.findall(r'"(\w+)": \{\s*"(?:Type|Com)', text))
    for expected in scenario.expect.values():
        entries = [entry for entry in expected.path if not entry.startswith("= ")]
        words = re.findall(r"[A-Z]\w+", " ".join(entries))
        assert set(words) <= states


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_scenario_uses_the_seed_data(scenario: Scenario) -> None:
    for step in scenario.steps:
        skus = {*step.fields.get("items", {}), step.fields.get("sku", "MUG-RED")}
        assert skus <= units_by_sku().keys()
        assert step.fields.get("by", "customer") in TOKEN_OF


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_scenario_with_faults_runs_alone(scenario: Scenario) -> None:
    assert scenario.alone == any(step.do == "fault" for step in scenario.steps)


def test_the_scenarios_that_depend_on_the_payment_provider_are_documented() -> None:
    table = (REPOSITORY / "docs" / "local.md").read_text().partition("| scenario |")[2]
    documented = set(re.findall(r"`([a-z][a-z-]+)`", table.partition("\n\n")[0]))
    steps = {"provider-settles", "refund-fails", "refund-by-hand", "report", "wait-for-charge"}
    dependent = {
        scenario.name
        for scenario in SCENARIOS
        for step in scenario.steps
        if step.do in steps or "payment_method" in step.fields
    }
    assert dependent <= documented <= {scenario.name for scenario in SCENARIOS}


def test_every_invariant_is_targeted_by_a_scenario() -> None:
    proved = {name for scenario in SCENARIOS for name in scenario.proves}
    assert proved | {"privacy"} == set(INVARIANTS)
