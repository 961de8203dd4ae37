"""The worked examples of docs/evolution.md: JSON merge patches (RFC 7396) of the states, and diffs
of the code.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from tests.support.definition import ROOT, load

PAGE = ROOT / "docs" / "evolution.md"
_SECTION = re.compile(r"^## (.+?)$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```(json|diff)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_BLOCKS = {title: _BLOCK.findall(text) for title, text in _SECTION.findall(PAGE.read_text())}

EXAMPLES: Mapping[str, list[Any]] = {
    title: [json.loads(text) for kind, text in blocks if kind == "json"]
    for title, blocks in _BLOCKS.items()
}
"""The patches of each section, by its title."""

DIFFS: Mapping[str, str] = {
    title: text for title, blocks in _BLOCKS.items() for kind, text in blocks if kind == "diff"
}
"""The change of the code that introduces a section's example, for `git apply`."""


def patched(
    title: str, *stages: int, definition: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A definition, by default the committed one, after patches of a section, by their place."""
    result = dict(load() if definition is None else definition)
    for stage in stages:
        result["States"] = _merge(result["States"], EXAMPLES[title][stage])
    return result


def _merge(target: Any, patch: Any) -> Any:
    """Merge as RFC 7396 says, except that `ResultPath` may be null: there, null is a value."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None and name != "ResultPath":
            result.pop(name, None)
        else:
            result[name] = _merge(result.get(name), value)
    return result
