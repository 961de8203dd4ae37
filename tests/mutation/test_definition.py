"""Every part of the definition is covered: scenarios detect its changes."""

import re

import pytest

from tests.mutation.equivalents import EQUIVALENT, why_equivalent
from tests.mutation.operators import Mutant, mutants
from tests.mutation.running import run_mutant
from tests.mutation.scenarios import scenarios
from tests.support.definition import load

pytestmark = pytest.mark.proof

SHARES = 12
"""Number of tests that the mutants are divided into, so that workers can run them in parallel."""

ALL = tuple(mutants(load()))


@pytest.mark.parametrize("share", range(SHARES))
def test_a_change_of_the_definition_is_detected(share: int) -> None:
    survivors = [one.mutant for one in map(run_mutant, ALL[share::SHARES]) if one.survives]

    assert not survivors


def test_every_mutant_differs_from_the_definition_and_has_a_unique_name() -> None:
    assert not [one.name for one in ALL if one.definition == load()]
    assert len({one.name for one in ALL}) == len(ALL)


@pytest.mark.parametrize(
    "change",
    [
        *("Retry 0 dropped", "Retry 0 retries all", "Retry 0 without States.Timeout"),
        *("Retry 0 without jitter", "Retry 0 MaxAttempts 0", "Catch 0 dropped", "Catch 0 narrowed"),
        *("Choice 0 negated", "Choice 0 dropped", "TimeoutSeconds dropped", "skipped", "ends"),
        *("HeartbeatSecondsPath dropped", "tick and deadline swapped", "ResultPath dropped"),
        *("Resource swapped", "Payload without token.$", "branch 0 dropped", "OutputPath dropped"),
    ],
)
def test_every_operator_finds_a_place_in_the_definition(change: str) -> None:
    assert [one.name for one in ALL if one.name.partition(": ")[2] == change]


def test_every_transition_of_a_state_is_led_to_every_other_state() -> None:
    retargeted = {one.name for one in ALL if one.name.startswith("RouteDecision: Default")}

    assert len(retargeted) == len(load()["States"]) - 2


@pytest.mark.parametrize("pattern", EQUIVALENT)
def test_an_equivalent_mutant_exists_and_survives(pattern: str) -> None:
    concerned = [one for one in ALL if re.fullmatch(pattern, one.name)]

    assert concerned
    assert why_equivalent(concerned[0].name)
    assert run_mutant(concerned[0]).killed_by is None


def test_the_definition_itself_is_not_detected_as_a_mutant() -> None:
    assert run_mutant(Mutant("nothing: changed", load())).killed_by is None


def test_scenario_names_are_unique() -> None:
    names = [scenario.name for scenario in scenarios()]

    assert len(set(names)) == len(names)
