"""Documents that can go stale are compared with what they describe."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import state_diagram, worst_case

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("docs", "local", "stacks", "statemachine", "tools")
PAGES = sorted(
    [*ROOT.glob("*.md"), *(page for name in FOLDERS for page in ROOT.glob(f"{name}/**/*.md"))]
)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def test_the_state_machines_page_has_the_diagram_and_the_times_of_the_definition() -> None:
    definition = json.loads((ROOT / "statemachine/order_workflow.asl.json").read_text())
    page = (ROOT / "statemachine/README.md").read_text()
    diagram = state_diagram.mermaid(definition)
    sections = {state_diagram.MARKERS: diagram, worst_case.MARKERS: worst_case.table(definition)}

    for markers, section in sections.items():
        assert state_diagram.with_section(page, markers, section) == page, "run `make diagram`"
    assert [name for name in definition["States"] if name not in diagram] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    assert list(_broken(page)) == []


def test_the_two_commands_stand_first_in_the_readme() -> None:
    commands = re.findall(r"^make \w+$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert commands[:2] == ["make demo", "make test"]


def test_the_readme_names_the_last_line_of_the_demo() -> None:
    scenarios = len(list((ROOT / "local/scenarios").glob("*.toml")))
    assert f"`{scenarios} of {scenarios} scenarios passed`" in (ROOT / "README.md").read_text()
    assert "scenarios passed" in (ROOT / "local/commands/demo.py").read_text()


def test_every_test_that_the_threat_model_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs/security.md").read_text()))
    files = (ROOT / "tests").rglob("test_*.py")
    defined = {name for file in files for name in re.findall(r"def (test_\w+)", file.read_text())}

    assert named
    assert named - defined == set()


def test_every_threat_names_a_test() -> None:
    text = (ROOT / "docs/security.md").read_text()
    rows = re.findall(r"^\| .* \|$", text.partition("## Accepted")[0], re.MULTILINE)

    assert [row for row in rows[1:] if "`test_" not in row] == []


def test_the_badges_have_the_python_and_the_licence_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    readme = (ROOT / "README.md").read_text()

    assert f"python-%E2%89%A5%20{project['requires-python'].removeprefix('>=')}-blue" in readme
    assert f"licence-{project['license'].replace('-', '--')}-blue" in readme


def _broken(page: Path) -> Iterator[str]:
    for link in LINK.findall(page.read_text()):
        if "://" not in link and not (page.parent / _file_of(link)).exists():
            yield link


def _file_of(link: str) -> str:
    """The file that a link needs: GitHub serves the runs and the badge of a workflow."""
    return re.sub(r"^\.\./\.\./actions/(workflows/\w+\.yml)(/badge\.svg)?$", r".github/\1", link)
