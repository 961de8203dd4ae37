"""JSONPath in states: a path without a value is an error, never null."""

from typing import Any

from local.emulator.step_functions.engine import StepError, engine

_MISSING = object()


def resolve_params(template: Any, data: Any, ctx: dict[str, Any] | None = None) -> Any:
    """Fill a Parameters, ResultSelector or ItemSelector template.

    AWS, Handling errors in Step Functions workflows: a path without a value fails the execution
    with States.Runtime, which cannot be caught.
    """
    if isinstance(template, list):
        return [resolve_params(item, data, ctx) for item in template]
    if not isinstance(template, dict):
        return template
    return dict(_field(key, value, data, ctx) for key, value in template.items())


def _field(key: str, value: Any, data: Any, ctx: dict[str, Any] | None) -> tuple[str, Any]:
    if not (key.endswith(".$") and isinstance(value, str)):
        return key, resolve_params(value, data, ctx)
    if value.startswith("States."):
        return key[:-2], engine._evaluate_intrinsic(value, data, ctx)
    return key[:-2], lookup(value, data, ctx, field=key)


def apply_result_selector(
    state_def: dict[str, Any], data: Any, ctx: dict[str, Any] | None = None
) -> Any:
    """ResultSelector, with the Context object (``$$.``), which stock MiniStack does not pass."""
    template = state_def.get("ResultSelector")
    return resolve_params(template, data, ctx) if template else data


def apply_input_path(
    state_def: dict[str, Any], data: Any, ctx: dict[str, Any] | None = None
) -> Any:
    """InputPath: null means ``{}``."""
    return _apply_path(state_def, "InputPath", data, ctx)


def apply_output_path(
    state_def: dict[str, Any], data: Any, ctx: dict[str, Any] | None = None
) -> Any:
    """OutputPath: null means ``{}``."""
    return _apply_path(state_def, "OutputPath", data, ctx)


def _apply_path(
    state_def: dict[str, Any], field: str, data: Any, ctx: dict[str, Any] | None
) -> Any:
    path = state_def.get(field, "$")
    return {} if path is None else lookup(path, data, ctx, field=field)


def lookup(path: str, data: Any, ctx: dict[str, Any] | None, *, field: str) -> Any:
    """The value at ``path`` in the data, or in the Context object for ``$$`` paths.

    Raises States.Runtime without a value. The message contains ``field``.
    """
    found = _find(path, data, ctx)
    if found is _MISSING:
        root = ctx if path.startswith("$$") else data
        state = ((ctx or {}).get("State") or {}).get("Name", "?")
        raise StepError(
            "States.Runtime",
            f"An error occurred while executing the state '{state}'. The JSONPath '{path}' "
            f"specified for the field '{field}' could not be found in the input "
            f"'{engine.json.dumps(root, default=str)}'",
        )
    return found


def evaluate_rule(rule: dict[str, Any], data: Any, ctx: dict[str, Any] | None = None) -> bool:
    """Evaluate a rule of a Choice state. A `Variable` without a value fails the execution with
    States.Runtime, except in IsPresent. The rules inside And, Or and Not are evaluated here, too.
    """
    path = rule.get("Variable")
    if path and "IsPresent" not in rule and _find(path, data, ctx) is _MISSING:
        raise StepError(
            "States.Runtime",
            f"Invalid path '{path}': The choice state's condition path references an invalid "
            "value.",
        )
    matches: bool = _evaluate_rule_as_ministack(rule, data, ctx)
    return matches


_evaluate_rule_as_ministack: Any = engine._evaluate_rule


def _find(path: str, data: Any, ctx: dict[str, Any] | None) -> Any:
    root, where = ((ctx or {}), path[1:]) if path.startswith("$$") else (data, path)
    tokens = engine._parse_jsonpath_tokens(where)
    return _MISSING if tokens is None else _walk(root, tokens)


def _walk(value: Any, tokens: list[tuple[str, Any]]) -> Any:
    for position, (kind, key) in enumerate(tokens):
        if kind == "wildcard":
            return _project(value, tokens[position + 1 :])
        value = _member(value, kind, key)
        if value is _MISSING:
            break
    return value


def _member(value: Any, kind: str, key: Any) -> Any:
    if kind == "field":
        return value.get(key, _MISSING) if isinstance(value, dict) else _MISSING
    return value[key] if isinstance(value, list) and key < len(value) else _MISSING


def _project(value: Any, rest: list[tuple[str, Any]]) -> list[Any]:
    items = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(items, list):
        return []
    found = [_walk(item, rest) for item in items]
    if any(kind == "wildcard" for kind, _ in rest):
        found = [inner for outer in found if isinstance(outer, list) for inner in outer]
    return [item for item in found if item is not _MISSING]
