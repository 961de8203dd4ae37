"""Load test: place many orders concurrently and measure the latency of the API."""

import threading
import time
import uuid
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table

from cli.client.api import Api
from cli.commands.options import ItemOption, PayWithOption, ProfileOption
from cli.commands.order.items import parse_item
from cli.problems import Problem, Refused
from cli.sign_in.session import open_api
from cli.terminal.console import err
from cli.terminal.output import Format, Output, print_message, show
from cli.terminal.text import visible_data

_BINS_MS = (5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)
_BAR_WIDTH = 40
_TIMES = ("p50_ms", "p95_ms", "p99_ms", "max_ms")


@dataclass(slots=True)
class Measurements:
    """The measurements so far; latencies in seconds. Threads share it under its lock."""

    began: float = field(default_factory=time.perf_counter)
    latencies: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, seconds: float, answer: str) -> None:
        with self.lock:
            self.latencies.append(seconds)
            self.answers[answer] += 1

    def results(self) -> dict[str, Any]:
        """The results: times in milliseconds, rate in orders per second."""
        with self.lock:
            known, answers = sorted(self.latencies), dict(self.answers)
        seconds = time.perf_counter() - self.began
        at = {f"p{part}_ms": round(1000 * _percentile(known, part), 1) for part in (50, 95, 99)}
        longest = round(1000 * known[-1], 1) if known else 0.0
        rate = round(len(known) / seconds, 1)
        bins = _histogram(known)
        return {
            "orders": len(known),
            "answers": answers,
            "rate": rate,
            **at,
            "max_ms": longest,
            "histogram": bins,
        }


def load(
    number: Annotated[
        int, typer.Option("-n", "--number", min=1, help="Orders to place.", metavar="N")
    ] = 100,
    callers: Annotated[
        int,
        typer.Option("-c", "--callers", min=1, max=64, help="Concurrent requests.", metavar="N"),
    ] = 8,
    item: ItemOption = ["COFFEE-1KG"],  # noqa: B006  # typer only reads it
    pay_with: PayWithOption = "pm_ok",
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Place many orders and show rate, latency percentiles and a histogram.

    It stops when the API no longer answers, or at Ctrl-C.

    The orders are real: they reserve stock until they are approved, cancelled or expire.
    """
    api, measurements = open_api(profile), Measurements()
    body = {"items": [parse_item(text) for text in item], "payment_method": pay_with}
    try:
        _place_all(api, body, measurements, number=number, callers=callers)
    except BaseException:
        print_message(f"stopped: {measurements.answers['placed']} of {number} orders were placed")
        raise
    results = measurements.results()
    show(results, output, _table)
    failed = number - results["answers"].get("placed", 0)
    if failed:
        raise Refused(
            f"{failed} of {number} were not placed",
            advice="see the answers above; try fewer callers, or check the stock",
            status=0,
        )


def _live(measurements: Measurements) -> Live:
    return Live(
        _table(visible_data(measurements.results())),
        console=err,
        refresh_per_second=4,
        transient=True,
    )


def _place_all(
    api: Api, body: dict[str, Any], measurements: Measurements, *, number: int, callers: int
) -> None:
    """Place the orders, `callers` at a time.

    An order is submitted only when a caller is free. So after an exception, Ctrl-C included, no
    order is placed beyond the requests that were already sent.
    """
    pending: set[Future[None]] = set()
    submitted = 0
    with ThreadPoolExecutor(callers) as pool, _live(measurements) as live:
        while submitted < number or pending:
            while submitted < number and len(pending) < callers:
                pending.add(pool.submit(_place, api, body, measurements))
                submitted += 1
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for request in done:
                request.result()
            live.update(_table(visible_data(measurements.results())))


def _place(api: Api, body: dict[str, Any], measurements: Measurements) -> None:
    began = time.perf_counter()
    try:
        api.post("/orders", body, idempotency_key=str(uuid.uuid4()))
    except Problem as problem:
        measurements.add(time.perf_counter() - began, problem.message.splitlines()[0])
        if problem.is_final:
            raise
    else:
        measurements.add(time.perf_counter() - began, "placed")


def _percentile(ordered: list[float], part: int) -> float:
    """The percentile by the nearest-rank method; 0 without values."""
    return ordered[max(0, -(-len(ordered) * part // 100) - 1)] if ordered else 0.0


def _histogram(ordered: list[float]) -> dict[str, int]:
    """The number of latencies per bin; each bin is named by its upper limit."""
    counts = dict.fromkeys((*(f"<= {limit} ms" for limit in _BINS_MS), "longer"), 0)
    for seconds in ordered:
        limit = next((limit for limit in _BINS_MS if seconds * 1000 <= limit), None)
        counts["longer" if limit is None else f"<= {limit} ms"] += 1
    return counts


def _table(results: dict[str, Any]) -> RenderableType:
    facts = Table(box=None, show_header=False)
    for answer, count in results["answers"].items():
        facts.add_row(answer, str(count))
    facts.add_row("orders per second", str(results["rate"]))
    times = " · ".join(f"{name[:-3]} {results[name]} ms" for name in _TIMES)
    facts.add_row("latency", times)
    bars = Table(box=None, show_header=False)
    largest = max(results["histogram"].values(), default=0) or 1
    for name, count in results["histogram"].items():
        if count:
            bars.add_row(name, str(count), "█" * max(1, round(_BAR_WIDTH * count / largest)))
    return Group(facts, bars)
