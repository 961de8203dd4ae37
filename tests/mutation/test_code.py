"""The report of the code's mutation tests is correct, and fails when it must."""

import json
from pathlib import Path

import pytest

from tests.mutation.code.equivalents import EQUIVALENT, why_equivalent
from tests.mutation.code.staging import without_decorators
from tests.mutation.code.summing_up import Summary
from tests.mutation.code.verdicts import Verdict, verdicts


def a_verdict(key: str, status: str) -> Verdict:
    return Verdict(key, "lambdas/domain/record/order.py", status)


def a_summary(killed: int, *others: Verdict) -> Summary:
    """A summary of `killed` killed mutants and others; those named `same` are equivalent."""
    found = [a_verdict(f"k{number}", "killed") for number in range(killed)]
    return Summary([*found, *others], {"same": "it is the same"})


def test_verdicts_are_read_by_file_without_untested_mutants(tmp_path: Path) -> None:
    folder = tmp_path / "lambdas" / "domain" / "record"
    folder.mkdir(parents=True)
    codes = {"a": 0, "b": 1, "c": 33, "d": -24, "e": None}
    (folder / "order.py.meta").write_text(json.dumps({"exit_code_by_key": codes}))

    found = list(verdicts(tmp_path))

    assert {one.key: one.status for one in found} == {
        "a": "survived",
        "b": "killed",
        "c": "no tests",
        "d": "timeout",
    }
    assert {one.file for one in found} == {"lambdas/domain/record/order.py"}
    assert {one.key for one in found if one.noticed} == {"b", "d"}


@pytest.mark.parametrize(
    ("key", "function"),
    [
        (
            "lambdas.domain.mail.reminders.x__remaining_mails__mutmut_23",
            "domain.mail.reminders._remaining_mails",
        ),
        ("lambdas.domain.mail.reminders.x_mail_due__mutmut_1", "domain.mail.reminders.mail_due"),
        ("lambdas.janitor.xǁJanitorǁ_wake__mutmut_3", "janitor.Janitor._wake"),
        (
            "lambdas.domain.record.money.xǁMoneyǁ__add____mutmut_3",
            "domain.record.money.Money.__add__",
        ),
    ],
)
def test_a_mutant_is_named_by_its_function(key: str, function: str) -> None:
    assert a_verdict(key, "survived").function == function


def test_a_run_that_detects_all_mutants_passes() -> None:
    assert a_summary(20, a_verdict("endless", "timeout")).good


@pytest.mark.parametrize("status", ["survived", "no tests", "suspicious"])
def test_an_undetected_mutant_without_a_reason_fails_the_run(status: str) -> None:
    summary = a_summary(99, a_verdict("hole", status))

    assert [one.key for one in summary.survivors] == ["hole"]
    assert not summary.good


@pytest.mark.parametrize(("killed", "good"), [(19, True), (18, False)])
def test_an_equivalent_mutant_is_explained_but_counts_as_missed(killed: int, good: bool) -> None:
    summary = a_summary(killed, a_verdict("same", "survived"))

    assert summary.survivors == []
    assert summary.share == killed / (killed + 1)
    assert summary.good is good


def test_a_reason_is_found_by_function_and_new_lines() -> None:
    assert why_equivalent(
        "domain.mail.reminders._quiet_until: return 1 if order.last_heartbeat_at is None"
    )
    assert why_equivalent("domain.mail.reminders._quiet_until: return 2") is None


def test_every_reason_explains_mutants_of_one_kind() -> None:
    assert len(set(EQUIVALENT.values())) == len(EQUIVALENT)


def test_a_decorator_becomes_an_assignment_and_the_rest_of_a_module_stays() -> None:
    source = "import a\n\n\n@b\n@c(1)\ndef f() -> None:\n    pass\n\n\nX = 1\n"

    assert without_decorators(source) == (
        "import a\n\n\ndef f() -> None:\n    pass\nf = c(1)(f)\nf = b(f)\n\n\nX = 1\n"
    )
