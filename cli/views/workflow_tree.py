"""The progress of one order in the workflow, as a tree or as lines of text."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from cli.terminal.text import line
from cli.views.formats import clock, duration, instant, money, stage, time_left

State = Mapping[str, Any]

_MARKS = {
    "not-reached": ("○", "dim"),
    "running": ("●", "bold cyan"),
    "succeeded": ("✓", "green"),
    "compensated": ("↺", "magenta"),
    "caught": ("!", "yellow"),
    "failed": ("✗", "red"),
    "aborted": ("■", "red"),
}
_DISPLAY_NAMES = {"aborted": "stopped", "caught": "failed"}
"""Display names of progress values that differ from the API's."""
_TITLES = {
    "enrichment": "enrichment",
    "reserve": "reserve stock",
    "approval-loop": "wait for approval",
    "payment": "payment",
    "status-update": "complete",
    "compensation": "compensation",
    "notification": "notify",
    "lifecycle": "other",
}
_OTHER = "lifecycle"
"""Category of states that the API does not know, and of states in an unknown category."""
_ROUTING = ("Choice", "Wait", "Succeed", "Fail", "Pass")
_WAIT_STATE = "AwaitSignal"
_EFFECTS = {"ReserveStock": "reserve", "ProcessPayment": "pay"}
"""States whose effect can be undone, and the effect's name in the ledger. (As in the console.)"""


def workflow_tree(order: Mapping[str, Any], execution: Mapping[str, Any]) -> RenderableType:
    """One line for the order, and below it every part of the workflow."""
    order_id, total = order["order_id"], money(order["total"])
    head = line((order_id, "bold"), stage(order["stage"]), total, between="  ")
    tree = Tree(head, guide_style="dim")
    states = [_mark_compensated(state, order["ledger"]) for state in execution["states"]]
    for category, title in _TITLES.items():
        shown = [
            state
            for state in states
            if _category(state) == category and _is_displayed(state, states)
        ]
        if shown:
            branch = tree.add(_marked_line(title, _summary_mark(shown)))
            for one in shown:
                branch.add(_state_line(one, order))
    if not states:
        tree.add(line(("the execution has not started yet", "dim")))
    notes = [f"execution {execution['epoch']}, version {order['version']}"]
    if order["reason"]:
        notes.append(f"reason: {order['reason']}")
    parts: list[RenderableType] = [tree, Text("  ".join(notes), style="dim")]
    if execution["epoch"] > 1:
        how = f"earlier executions: `orders history {execution['order_id']}` (operators)"
        parts.append(Text(f"{_takeover_note(execution)}\n{how}", style="yellow"))
    return Group(*parts)


def _takeover_note(execution: Mapping[str, Any]) -> str:
    """A note that there are earlier executions, which the tree does not show."""
    number = execution["epoch"]
    which = "execution 1" if number == 2 else f"executions 1 to {number - 1}"
    return f"this is execution {number}: {which} stopped, or lost the order to a takeover"


def log_lines(order: Mapping[str, Any], execution: Mapping[str, Any]) -> dict[str, str]:
    """One log line per change so far, with its time. New keys identify new changes."""
    number = execution["epoch"]
    lines = {}
    if number > 1:
        lines[f"execution {number}"] = f"{clock(order['updated_at'])}  {_takeover_note(execution)}"
    passed = [
        state for state in execution["states"] if state["entries"] and state["type"] not in _ROUTING
    ]
    for one in sorted(passed, key=lambda one: _sequence(one, order)):
        key = f"{number} {one['name']} {one['entries']} {one['progress']}"
        lines[key] = f"{clock(_changed_at(one, order))}  {_change_text(one)}"
    lines[f"order {order['stage']}"] = f"{clock(order['updated_at'])}  order {order['stage']}"
    return lines


def _changed_at(state: State, order: Mapping[str, Any]) -> str:
    """When the progress of a state changed; without a known time, the order's last change."""
    newest = state["entered_at"] if state["progress"] == "running" else state["left_at"]
    return str(newest or order["updated_at"])


def _sequence(state: State, order: Mapping[str, Any]) -> tuple[str, bool, bool, str]:
    """Sorts changes by time. At the same millisecond a state is left before the next is entered,
    and a parallel state after its branches.
    """
    running, contains = state["progress"] == "running", state["type"] == "Parallel"
    return _changed_at(state, order), running, contains, str(state["entered_at"])


def _change_text(state: State) -> str:
    progress = _DISPLAY_NAMES.get(state["progress"], state["progress"])
    again = f", entry {state['entries']}" if state["entries"] > 1 else ""
    return f"{state['name']} {progress}{again}" + (f": {state['error']}" if state["error"] else "")


def _mark_compensated(state: State, ledger: Mapping[str, Any]) -> State:
    """Show a succeeded state as compensated if the ledger says that its effect was undone."""
    effect = ledger.get(_EFFECTS.get(state["name"], ""))
    if state["progress"] != "succeeded" or effect is None or effect["state"] != "undone":
        return state
    return {**state, "progress": "compensated"}


def _category(state: State) -> str:
    category = str(state["category"])
    return category if category in _TITLES else _OTHER


def _is_displayed(state: State, states: list[State]) -> bool:
    """Whether to show a state: not routing states, nor unused states of another version."""
    if state["type"] in _ROUTING:
        return False
    taken = state["progress"] != "not-reached"
    return taken or not (state["name"].endswith("V1") or _runs_v1(states))


def _runs_v1(states: list[State]) -> bool:
    """Whether the order runs v1, which has sequential states instead of the parallel ones."""
    return any(state["name"].endswith("V1") and state["entries"] for state in states)


def _summary_mark(states: list[State]) -> str:
    """One mark for several states: the most important one."""
    found = {state["progress"] for state in states}
    for mark in ("running", "failed", "aborted", "caught", "compensated", "succeeded"):
        if mark in found:
            return mark
    return "not-reached"


def _marked_line(text: str, progress: str) -> Text:
    mark, style = _MARKS.get(progress, ("?", "cyan"))
    return line((f"{mark} {text}", style))


def _state_line(state: State, order: Mapping[str, Any]) -> Text:
    name = _marked_line(state["name"], state["progress"])
    return line(name, *_remarks(state, order), between="  ")


def _remarks(state: State, order: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if state["progress"] == "compensated":
        yield "compensated", "magenta"
    entered, left_at = instant(state["entered_at"]), instant(state["left_at"])
    if left_at is None and state["progress"] == "running":
        left_at = datetime.now(UTC)
    if entered is not None and left_at is not None:
        yield duration(left_at - entered), "dim"
    if state["entries"] > 1:
        yield f"{state['entries']} times", "dim"
    if state["error"]:
        yield state["error"], "red"
    if state["name"] == _WAIT_STATE and state["progress"] == "running":
        yield f"waiting, {time_left(order['approval_deadline'])} left", "yellow"
