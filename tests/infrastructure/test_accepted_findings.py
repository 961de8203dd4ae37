"""The findings of cdk-nag that the stack accepts: an exact list. Synthesis fails on any other."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from aws_cdk import Validations

from stacks.security import accepted_findings, security_checks
from stacks.security.accepted_findings import Finding
from stacks.workflow.activity_functions import ACTIVITIES
from tests.infrastructure.conftest import FULL
from tests.infrastructure.synthesis import build, cdk_app
from tests.infrastructure.template import Template

ACCEPTED = Path(__file__).with_name("accepted_findings.txt")
_LOGICAL_ID = re.compile(r"<(\w+?)[0-9A-F]{8}\.Arn>")
_ACTIVITY = re.compile(r"(Activities/|<Activities)(\w+?)(/|Function>)")
_RULES = {
    finding.rule: finding
    for finding in vars(accepted_findings).values()
    if isinstance(finding, Finding)
}


class _NoAcknowledgments:
    """Replaces `Validations`: adds the checks, and accepts nothing."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def of(self, construct: Any) -> "_NoAcknowledgments":
        return _NoAcknowledgments(self._real.of(construct))

    def acknowledge(self, *_: object) -> None:
        """Ignore it."""

    def add_plugins(self, *plugins: Any) -> None:
        self._real.add_plugins(*plugins)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What cdk-nag finds if nothing is acknowledged: `rule resource`."""
    directory = tmp_path_factory.mktemp("cdk.out")
    nothing = _NoAcknowledgments(Validations)
    with patch.object(security_checks, "Validations", nothing):
        cdk = cdk_app(directory, **FULL)
        build(cdk)
        with pytest.raises(RuntimeError):
            cdk.synth()
    report = json.loads((directory / "validation-report.json").read_text())
    return set(_findings(report))


def test_the_findings_are_those_of_the_list(found: set[str]) -> None:
    assert sorted(_grouped(found)) == ACCEPTED.read_text().splitlines()


def test_everything_that_is_acknowledged_is_found(full: Template, found: set[str]) -> None:
    acknowledged = set(_acknowledged(full))

    stale = [
        (rule, on)
        for rule, on in acknowledged
        if not any(one.startswith((f"{rule} {on}/", f"{rule} {on} ")) for one in found)
    ]
    assert stale == []


def test_every_reason_is_used_and_every_finding_has_one(found: set[str]) -> None:
    used = {one.split(" ")[0] for one in found}
    by_rule = {rule.split("[")[0] for rule in _RULES}

    assert {rule.split("[")[0] for rule in used} == by_rule


def _findings(report: Mapping[str, Any]) -> Iterator[str]:
    for plugin in report["pluginReports"]:
        for violation in plugin["violations"]:
            for resource in violation["violatingConstructs"]:
                path = resource["constructPath"].partition("/")[2]
                yield f"{_readable(violation['ruleName'])} {path}"


def _grouped(found: set[str]) -> Iterator[str]:
    """The findings; one line for a finding that every activity has."""
    groups: dict[str, set[str]] = defaultdict(set)
    for one in found:
        groups[_ACTIVITY.sub(r"\1*\3", one)].add(one)
    for group, members in groups.items():
        yield from [group] if len(members) == len(ACTIVITIES) else members


def _acknowledged(template: Template) -> Iterator[tuple[str, str]]:
    path = template.directory / f"{template.stack_name}.metadata.json"
    for construct, entries in json.loads(path.read_text()).items():
        for entry in entries:
            if entry["type"] == "aws:cdk:acknowledged-rules":
                for rule in entry["data"]:
                    name = _readable(rule.removeprefix("Annotation::"))
                    yield name, construct.removeprefix("/").partition("/")[2]


def _readable(rule: str) -> str:
    """The rule without hashes of logical IDs and names of pseudo parameters."""
    return _LOGICAL_ID.sub(r"<\1>", rule).replace("<AWS::", "<").replace(" ", "")
