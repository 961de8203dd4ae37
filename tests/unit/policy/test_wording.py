"""Text that people read is in plain technical English (docs/style.md)."""

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PLACES = (
    *("CHANGELOG.md", "CONTRIBUTING.md", "README.md", "environments.toml"),
    *("bench", "cli", "console", "docs", "lambdas", "local", "stacks", "statemachine", "tools"),
    *(f"tests/{folder.name}" for folder in sorted((ROOT / "tests").glob("[a-z]*/"))),
)
"""Files and folders whose text is held to the style."""

LISTED = json.loads((Path(__file__).parent / "avoided_wording.json").read_text())
AVOIDED: dict[str, str] = LISTED["patterns"]
"""Pattern of a refused wording, by the name of its kind."""

LINE_PROSE = {
    ".md": re.compile(r"(.*)()"),
    ".toml": re.compile(r"(.*)()"),
    ".html": re.compile(r"(.*)()"),
    ".js": re.compile(r"//\s*(.*)|\"([^\"]* [^\"]*)\"|`([^`]* [^`]*)`"),
    ".json": re.compile(r"(\"Comment\":)(.*)"),
}
"""Which parts of a line are prose, in files that are read line by line."""

LINK_TARGET = re.compile(r"\]\([^)]*\)")
"""File names in links are not prose."""


def prose(file: Path) -> Iterator[tuple[int, str]]:
    """(line, text) of everything in a file that is written for people."""
    if file.suffix == ".py":
        yield from _python_prose(file.read_text())
    elif file.suffix in LINE_PROSE:
        for number, line in enumerate(file.read_text().splitlines(), start=1):
            for found in LINE_PROSE[file.suffix].findall(LINK_TARGET.sub("]", line)):
                yield number, " ".join(found)


def _python_prose(text: str) -> Iterator[tuple[int, str]]:
    """Docstrings, comments, and strings of two words or more."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.lineno, node.value
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def avoided_wording(place: Path) -> list[str]:
    """Where the text of a file or folder uses wording that the style avoids."""
    files = [place] if place.is_file() else sorted(place.rglob("*"))
    return [
        f"{file.relative_to(ROOT)}:{line}: {name}: {' '.join(text.split())[:80]}"
        for file in files
        if file.is_file() and "__pycache__" not in file.parts
        for line, text in prose(file)
        for name, pattern in AVOIDED.items()
        if re.search(pattern, text, re.IGNORECASE)
    ]


@pytest.mark.parametrize("place", PLACES)
def test_text_is_in_plain_english(place: str) -> None:
    assert avoided_wording(ROOT / place) == []


@pytest.mark.parametrize(("name", "content"), LISTED["samples"])
def test_avoided_wording_is_found_in_every_kind_of_file(
    name: str, content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    (tmp_path / name).write_text(content)

    assert len(avoided_wording(tmp_path)) == 1
