"""A release has the version of its tag, and its section of the changelog as notes."""

import json
import re
from pathlib import Path

import pytest

from tools.release import (
    ReleaseError,
    add_serial_number,
    notes_of,
    require_recording,
    version_of,
)

PYPROJECT = '[project]\nversion = "1.2.0"\n'
CHANGELOG = """# Changelog

## Unreleased

## 1.2.0 (2026-01-15)

### Added
- Something.

## [1.1.0]
- Older.
"""


def test_the_version_is_that_of_the_tag() -> None:
    assert version_of("v1.2.0", PYPROJECT) == "1.2.0"
    with pytest.raises(ReleaseError, match=r"pyproject\.toml has the version 1\.2\.0"):
        version_of("v1.3.0", PYPROJECT)


@pytest.mark.parametrize(
    ("version", "notes"), [("1.2.0", "### Added\n- Something.\n"), ("1.1.0", "- Older.\n")]
)
def test_the_notes_are_the_section_of_the_version(version: str, notes: str) -> None:
    assert notes_of(version, CHANGELOG) == notes


@pytest.mark.parametrize("version", ["1.3.0", "Unreleased", "1.2"])
def test_a_missing_or_empty_section_is_refused(version: str) -> None:
    with pytest.raises(ReleaseError, match="no section"):
        notes_of(version, CHANGELOG)


def test_a_release_needs_the_recorded_executions_of_its_version(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match=r"run `python -m tests\.evolution\.recording`"):
        require_recording("1.2.0", tmp_path)
    (tmp_path / "1.2.0.jsonl").touch()

    require_recording("1.2.0", tmp_path)


def test_a_bill_of_materials_gets_the_same_serial_number_for_the_same_content(
    tmp_path: Path,
) -> None:
    numbers = []
    for name, component in (("a", "httpx"), ("b", "httpx"), ("c", "pydantic")):
        file = tmp_path / name
        bill = {"bomFormat": "CycloneDX", "components": [{"name": component}]}
        file.write_text(json.dumps(bill))
        add_serial_number(file)
        found = json.loads(file.read_text())
        numbers.append(found.pop("serialNumber"))
        assert found == bill

    assert numbers[0] == numbers[1] != numbers[2]
    # The pattern of the schema. (CycloneDX 1.6, JSON reference, serialNumber)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", numbers[0])
