"""The report of the code's mutation tests is correct, and fails when it must."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.mutation.code.equivalents import EQUIVALENT, why_equivalent
from tests.mutation.code.parts import PARTS, Part
from tests.mutation.code.results import MutantResult, read_results, reset_undetected
from tests.mutation.code.sampling import interval, sample
from tests.mutation.code.staging import configuration, without_decorators
from tests.mutation.code.summary import Summary
from tests.support.definition import ROOT


def configured(part: Part) -> dict[str, Any]:
    settings: dict[str, Any] = tomllib.loads(configuration(part))["tool"]["mutmut"]
    return settings


def a_result(key: str, status: str) -> MutantResult:
    return MutantResult(key, "lambdas/domain/record/order.py", status)


def a_summary(killed: int, *others: MutantResult) -> Summary:
    """A summary of `killed` killed mutants and others; those named `same` are equivalent."""
    found = [a_result(f"k{number}", "killed") for number in range(killed)]
    return Summary([*found, *others], {"same": "it is the same"})


def test_results_are_read_by_file_without_untested_mutants(tmp_path: Path) -> None:
    folder = tmp_path / "lambdas" / "domain" / "record"
    folder.mkdir(parents=True)
    codes = {"a": 0, "b": 1, "c": 33, "d": -24, "e": None}
    (folder / "order.py.meta").write_text(json.dumps({"exit_code_by_key": codes}))

    found = list(read_results(tmp_path))

    assert {one.key: one.status for one in found} == {
        "a": "survived",
        "b": "killed",
        "c": "no tests",
        "d": "timeout",
    }
    assert {one.file for one in found} == {"lambdas/domain/record/order.py"}
    assert {one.key for one in found if one.detected} == {"b", "d"}


@pytest.mark.parametrize(
    ("key", "function"),
    [
        (
            "lambdas.domain.mail.reminders.x__remaining_mails__mutmut_23",
            "domain.mail.reminders._remaining_mails",
        ),
        ("lambdas.domain.mail.reminders.x_mail_due__mutmut_1", "domain.mail.reminders.mail_due"),
        ("lambdas.services.janitor.xǁJanitorǁ_wake__mutmut_3", "services.janitor.Janitor._wake"),
        (
            "lambdas.domain.record.money.xǁMoneyǁ__add____mutmut_3",
            "domain.record.money.Money.__add__",
        ),
    ],
)
def test_a_mutant_is_named_by_its_function(key: str, function: str) -> None:
    assert a_result(key, "survived").function == function


def test_a_run_that_detects_all_mutants_passes() -> None:
    assert a_summary(20, a_result("endless", "timeout")).passes


@pytest.mark.parametrize("status", ["survived", "no tests", "suspicious"])
def test_an_undetected_mutant_without_a_reason_fails_the_run(status: str) -> None:
    summary = a_summary(99, a_result("hole", status))

    assert [survivor.key for survivor in summary.survivors] == ["hole"]
    assert not summary.passes


@pytest.mark.parametrize(("killed", "passes"), [(19, True), (18, False)])
def test_an_equivalent_mutant_is_explained_but_counts_as_missed(killed: int, passes: bool) -> None:
    summary = a_summary(killed, a_result("same", "survived"))

    assert summary.survivors == []
    assert summary.share == killed / (killed + 1)
    assert summary.passes is passes


def test_a_reason_is_found_by_function_and_new_lines() -> None:
    assert why_equivalent(
        "domain.mail.reminders._quiet_until: return 1 if order.last_heartbeat_at is None"
    )
    assert why_equivalent("domain.mail.reminders._quiet_until: return 2") is None


def test_every_reason_explains_mutants_of_one_kind() -> None:
    assert len(set(EQUIVALENT.values())) == len(EQUIVALENT)


def test_every_module_belongs_to_one_part() -> None:
    modules = [path.relative_to(ROOT / "lambdas") for path in (ROOT / "lambdas").rglob("*.py")]
    for module in modules:
        parts = [name for name, part in PARTS.items() if part.mutates(str(module))]
        assert len(parts) == 1 or module.name.startswith("__"), (module, parts)


@pytest.mark.parametrize("name", PARTS)
def test_the_tests_of_a_part_are_files(name: str) -> None:
    selected = configured(PARTS[name])["pytest_add_cli_args_test_selection"]

    assert selected
    assert all((ROOT / test).is_file() for test in selected)
    assert not {ROOT / "tests" / slow for slow in PARTS[name].not_tests} & {
        ROOT / test for test in selected
    }


def test_undetected_mutants_are_tested_again(tmp_path: Path) -> None:
    meta = tmp_path / "order.py.meta"
    meta.write_text(json.dumps({"exit_code_by_key": {"a": 0, "b": 1, "c": -24, "d": None}}))

    reset_undetected(tmp_path)

    assert json.loads(meta.read_text())["exit_code_by_key"] == {
        "a": None,
        "b": 1,
        "c": -24,
        "d": None,
    }


def test_a_sample_stays_when_mutants_are_added_and_its_interval_holds_the_share() -> None:
    keys = [f"mutant {number}" for number in range(100)]
    drawn = sample(keys, 20, seed=1)

    assert len(drawn) == 20
    assert sample(keys, None, seed=1) == set(keys)
    assert len(drawn & sample([*keys, "a new one"], 20, seed=1)) >= 19
    assert drawn != sample(keys, 20, seed=2)
    low, high = interval(95, 100)
    assert (round(low, 3), round(high, 3)) == (0.888, 0.978)


def test_a_decorator_becomes_an_assignment_and_the_rest_of_a_module_stays() -> None:
    source = "import a\n\n\n@b\n@c(1)\ndef f() -> None:\n    pass\n\n\nX = 1\n"

    assert without_decorators(source) == (
        "import a\n\n\ndef f() -> None:\n    pass\nf = c(1)(f)\nf = b(f)\n\n\nX = 1\n"
    )
