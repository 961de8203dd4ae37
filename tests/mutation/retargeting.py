"""Operators on transitions: every other target for each, and every state skipped."""

from collections.abc import Iterator
from functools import partial

from tests.mutation.edits import Change, Json, put


def starts(scope: Json) -> Iterator[Change]:
    """StartAt names another state."""
    begins = scope["StartAt"]
    for target in scope["States"]:
        if target != begins:
            yield f"{begins}: StartAt {target}", put("StartAt", value=target)


def transitions(scope: Json, name: str) -> Iterator[Change]:
    """Each transition of a state leads to every other state instead, or the state ends."""
    state = scope["States"][name]
    for field in ("Next", "Default"):
        for target in _others(scope, name, state.get(field)):
            yield f"{field} {target}", put(field, value=target)
    for rules in ("Choices", "Catch"):
        for index, rule in enumerate(state.get(rules, ())):
            for target in _others(scope, name, rule["Next"]):
                yield f"{rules} {index} Next {target}", put(rules, index, "Next", value=target)
    if "Next" in state:
        yield "ends", _end
    elif state.get("End") and len(scope["States"]) > 1:
        target = next(other for other in scope["States"] if other != name)
        yield f"continues to {target}", partial(_continue_to, target=target)


def skips(scope: Json) -> Iterator[Change]:
    """All transitions to a state lead to its successor."""
    for name, state in scope["States"].items():
        if "Next" in state:
            successor = state["Next"]
            yield f"{name}: skipped", partial(_reroute, name=name, successor=successor)


def _others(scope: Json, name: str, target: str | None) -> Iterator[str]:
    """The other states, without the state itself: a choice that leads to itself is invalid."""
    if target is not None:
        yield from (state for state in scope["States"] if state not in (target, name))


def _end(state: Json) -> None:
    del state["Next"]
    state["End"] = True


def _continue_to(state: Json, target: str) -> None:
    del state["End"]
    state["Next"] = target


def _reroute(scope: Json, name: str, successor: str) -> None:
    if scope["StartAt"] == name:
        scope["StartAt"] = successor
    for state in scope["States"].values():
        rules = [*state.get("Choices", ()), *state.get("Catch", ())]
        for holder, field in [(state, "Next"), (state, "Default"), *((r, "Next") for r in rules)]:
            if holder.get(field) == name:
                holder[field] = successor
