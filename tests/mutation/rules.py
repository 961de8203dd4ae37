"""Operators on Retry, Catch and Choice rules of one state."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tests.mutation.edits import Change, Edit, Json, put, remove, reverse

_NUMBERS: Mapping[str, Callable[[float], Sequence[float]]] = {
    "MaxAttempts": lambda n: sorted({0, n - 1, n + 1}),
    "IntervalSeconds": lambda n: (n * 10,),
    "BackoffRate": lambda n: (1.0,),
    "MaxDelaySeconds": lambda n: (1, n * 10),
}


def retries(state: Json) -> Iterator[Change]:
    """Drop the rule, drop or add an error, change a number, drop the jitter."""
    for i, rule in enumerate(state.get("Retry", ())):
        yield f"Retry {i} dropped", remove("Retry", i)
        yield f"Retry {i} retries all", put("Retry", i, "ErrorEquals", value=["States.ALL"])
        yield f"Retry {i} without jitter", put("Retry", i, "JitterStrategy", value="NONE")
        yield from _without_an_error("Retry", i, rule)
        for field, values in _NUMBERS.items():
            for value in values(rule[field]):
                yield f"Retry {i} {field} {value}", put("Retry", i, field, value=value)


def catches(state: Json) -> Iterator[Change]:
    """Drop the rule, drop an error, narrow States.ALL, store the error elsewhere or nowhere."""
    for i, rule in enumerate(state.get("Catch", ())):
        yield f"Catch {i} dropped", remove("Catch", i)
        if rule["ErrorEquals"] == ["States.ALL"]:
            yield f"Catch {i} narrowed", put("Catch", i, "ErrorEquals", value=["PaymentDeclined"])
        else:
            yield from _without_an_error("Catch", i, rule)
        for path in (None, "$", "$.failure"):
            if path != rule["ResultPath"]:
                yield f"Catch {i} ResultPath {path}", put("Catch", i, "ResultPath", value=path)


def choices(state: Json) -> Iterator[Change]:
    """Drop a rule, swap two, negate one (or one part of an And)."""
    rules = state.get("Choices", ())
    for i, rule in enumerate(rules):
        yield f"Choice {i} dropped", remove("Choices", i)
        if "And" not in rule:
            yield f"Choice {i} negated", _negated(rule, "Choices", i)
        for number, part in enumerate(rule.get("And", ())):
            place = ("Choices", i, "And", number)
            yield f"Choice {i} without part {number}", remove(*place)
            yield f"Choice {i} part {number} negated", _negated(part, *place)
    if len(rules) > 1:
        yield "Choices in reverse", reverse("Choices")


def _without_an_error(rules: str, index: int, rule: Mapping[str, Any]) -> Iterator[Change]:
    for error in rule["ErrorEquals"]:
        rest = [name for name in rule["ErrorEquals"] if name != error]
        yield f"{rules} {index} without {error}", put(rules, index, "ErrorEquals", value=rest)


def _negated(rule: Mapping[str, Any], *place: str | int) -> Edit:
    if "IsPresent" in rule:
        return put(*place, "IsPresent", value=not rule["IsPresent"])
    if "NumericGreaterThan" in rule:
        return put(*place, "NumericGreaterThan", value=-1)
    return put(*place, "StringEquals", value=f"not {rule['StringEquals']}")
