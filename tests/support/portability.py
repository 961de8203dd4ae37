"""The rule that keeps the definition portable: no feature on which engines differ."""

import json
import re
from collections.abc import Iterator

from tests.support.definition import TOKEN_WAIT, Definition, State, placeholder, states

_NOT_PORTABLE = ("QueryLanguage", "Assign", "Arguments", "Output", "ErrorPath", "CausePath")
_PATHS_NOT_PORTABLE = re.compile(r"\]\.|\?\(|\.\.|\[-|\[[^\]]*:")


def not_portable(definition: Definition) -> list[str]:
    """The features in the definition on which the supported engines differ."""
    found = [key for key in _keys(definition) if key in _NOT_PORTABLE]
    found += [text for text in _texts(definition) if _PATHS_NOT_PORTABLE.search(text)]
    for name, state in states(definition).items():
        found += [f"{name}: {problem}" for problem in _state_problems(state)]
    return found


def _state_problems(state: State) -> Iterator[str]:
    text = json.dumps(state.get("Choices", ()))
    if state["Type"] == "Choice" and "Default" not in state:
        yield "no Default"
    if re.search(r'"(String|Timestamp)\w*Path"', text) or "$$." in text:
        yield "a comparison that engines get wrong"
    if "$$." in json.dumps(state.get("ResultSelector", {})):
        yield "context in ResultSelector"
    if state["Type"] == "Fail" and not str(state.get("Error", "States.")).isalnum():
        yield "Fail without a plain name"
    if state["Type"] == "Task" and not _plain_invoke(state):
        yield f"resource {state['Resource']}"
    for catcher in state.get("Catch", ())[:-1]:
        timeouts = {"States.HeartbeatTimeout", "States.Timeout"} & set(catcher["ErrorEquals"])
        if len(timeouts) == 1 or "States.ALL" in catcher["ErrorEquals"]:
            yield "timeouts apart, or States.ALL not last"


def _plain_invoke(state: State) -> bool:
    return state["Resource"] in (TOKEN_WAIT, "arn:aws:states:::lambda:invoke") and (
        re.fullmatch(r"[A-Z][A-Za-z]+", placeholder(state)) is not None
    )


def _keys(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from _keys(value)
    elif isinstance(node, list):
        for item in node:
            yield from _keys(item)


def _texts(node: object) -> Iterator[str]:
    """Strings that are paths."""
    if isinstance(node, dict):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list):
        for item in node:
            yield from _texts(item)
    elif isinstance(node, str) and node.startswith("$") and not node.startswith("${"):
        yield node
