"""Convert histories to chart formats: Mermaid Gantt charts, Chrome trace events."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from cli.views.formats import instant
from cli.views.visits import Visit, visits

History = Mapping[str, Any]
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
    for visit in visits(history["events"]):
        if visit.category != section:
            section = visit.category
            lines.append(f"    section {section}")
        went_wrong = visit.error or visit.broken_off
        mark = "crit, " if went_wrong else ("active, " if visit.left_at is None else "")
        milliseconds = max(1, visit.span // _MILLISECOND)
        name = _plain(f"{visit.state} {visit.error or visit.broken_off or ''}")
        lines.append(f"    {name} :{mark}{visit.entered_at}, {milliseconds}ms")
    return "\n".join(lines)


def chrome_trace(histories: Iterable[History]) -> dict[str, Any]:
    """Complete events ("X"): one process per order, one thread per category.

    Times are in microseconds. (Trace Event Format, "Complete Events")
    """
    events: list[dict[str, Any]] = []
    for number, history in enumerate(histories, start=1):
        events.append(_named("process_name", number, 0, history["order_id"]))
        threads: dict[str, int] = {}
        for visit in visits(history["events"]):
            if visit.category not in threads:
                threads[visit.category] = len(threads) + 1
                thread = threads[visit.category]
                events.append(_named("thread_name", number, thread, visit.category))
            events.append(_complete(visit, number, threads[visit.category]))
    return {"displayTimeUnit": "ms", "traceEvents": events}


def _complete(visit: Visit, process: int, thread: int) -> dict[str, Any]:
    begun = instant(visit.entered_at)
    return {
        "name": visit.state,
        "cat": visit.category,
        "ph": "X",
        "ts": 0 if begun is None else round(begun.timestamp() * 1_000_000),
        "dur": visit.span // timedelta(microseconds=1),
        "pid": process,
        "tid": thread,
        "args": {"epoch": visit.epoch, "attempts": visit.attempts, "error": visit.error},
    }


def _named(kind: str, process: int, thread: int, name: str) -> dict[str, Any]:
    return {"name": kind, "ph": "M", "pid": process, "tid": thread, "args": {"name": name}}


def _plain(text: str) -> str:
    """Remove colons: Mermaid ends the name of a task at the first colon."""
    return text.replace(":", " ").strip()
