"""Convert histories to chart formats: Mermaid Gantt charts, Chrome trace events."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from cli.views.formats import instant
from cli.views.histories import entry_span

History = Mapping[str, Any]
Entry = Mapping[str, Any]
"""A state entry of a history."""
_MILLISECOND = timedelta(milliseconds=1)


def mermaid(history: History) -> str:
    """A Gantt chart with one section per category. (Mermaid, "Gantt diagrams")"""
    lines = [
        "gantt",
        f"    title Order {history['order_id']}",
        "    dateFormat YYYY-MM-DDTHH:mm:ss.SSSZ",
        "    axisFormat %H:%M:%S",
    ]
    section = None
    for entry in history["state_entries"]:
        if entry["category"] != section:
            section = entry["category"]
            lines.append(f"    section {section}")
        problem = _problem(entry)
        mark = "crit, " if problem else ("active, " if entry["left_at"] is None else "")
        milliseconds = max(1, entry_span(entry) // _MILLISECOND)
        name = _remove_colons(f"{entry['state']} {problem}")
        lines.append(f"    {name} :{mark}{entry['entered_at']}, {milliseconds}ms")
    return "\n".join(lines)


def chrome_trace(histories: Iterable[History]) -> dict[str, Any]:
    """Complete events ("X"): one process per order, one thread per category.

    Times are in microseconds. (Trace Event Format, "Complete Events")
    """
    events: list[dict[str, Any]] = []
    for number, history in enumerate(histories, start=1):
        events.append(_metadata_event("process_name", number, 0, history["order_id"]))
        threads: dict[str, int] = {}
        for entry in history["state_entries"]:
            category = entry["category"]
            if category not in threads:
                threads[category] = len(threads) + 1
                events.append(_metadata_event("thread_name", number, threads[category], category))
            events.append(_complete(entry, number, threads[category]))
    return {"displayTimeUnit": "ms", "traceEvents": events}


def _complete(entry: Entry, process: int, thread: int) -> dict[str, Any]:
    begun = instant(entry["entered_at"])
    return {
        "name": entry["state"],
        "cat": entry["category"],
        "ph": "X",
        "ts": 0 if begun is None else round(begun.timestamp() * 1_000_000),
        "dur": entry_span(entry) // timedelta(microseconds=1),
        "pid": process,
        "tid": thread,
        "args": {name: entry[name] for name in ("epoch", "attempts", "errors")},
    }


def _problem(entry: Entry) -> str:
    """The last error of a state, or how it was ended without one; empty if nothing went wrong."""
    if entry["errors"]:
        return str(entry["errors"][-1])
    is_end = entry["type"] in ("Succeed", "Fail")
    return "" if is_end else {"aborted": "stopped", "failed": "failed"}.get(entry["progress"], "")


def _metadata_event(kind: str, process: int, thread: int, name: str) -> dict[str, Any]:
    return {"name": kind, "ph": "M", "pid": process, "tid": thread, "args": {"name": name}}


def _remove_colons(text: str) -> str:
    """Remove colons: Mermaid ends the name of a task at the first colon."""
    return text.replace(":", " ").strip()
