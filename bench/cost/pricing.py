"""Prices the counts of an order: US dollars per million orders."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.cost.scenarios import Counts

PRICES: Mapping[str, Any] = tomllib.loads((Path(__file__).parent / "prices.toml").read_text())
MILLION = 1_000_000
STATE_EVENTS_PER_TRANSITION = 2
STATE_EVENTS_PER_INVOCATION = 3
"""History events: entered and exited; scheduled, started and succeeded."""

LOG_LEVELS = ("ALL", "ERROR", "OFF")


@dataclass(frozen=True, kw_only=True)
class Bill:
    """US dollars per million orders, by service."""

    parts: Mapping[str, float]

    @property
    def total(self) -> float:
        """Everything but e-mail, which costs the same with any workflow engine."""
        return sum(price for name, price in self.parts.items() if name != "e-mail")


def bill(counts: Counts, *, log_level: str = "ALL") -> Bill:
    """Price the counts of one order. `log_level` is the state machine's."""
    million, usage = PRICES["million"], counts.usage
    invocations = counts.invocations + counts.requests
    return Bill(
        parts={
            "transitions": counts.transitions * million["transitions"],
            "writes": usage.write_units * million["write_units"],
            "reads": usage.read_units * million["read_units"],
            "functions": invocations * million["lambda_requests"]
            + _duration_dollars(counts, invocations),
            "HTTP API": counts.requests * million["http_requests"],
            "logs": _log_dollars(counts, invocations, log_level),
            "e-mail": counts.mails * million["mails"],
        }
    )


def _duration_dollars(counts: Counts, invocations: int) -> float:
    """US dollars for the duration of the functions: network waits and processor time."""
    assumed = PRICES["assumptions"]
    known, other = assumed["milliseconds_per_call"], assumed["default_milliseconds_per_call"]
    calls = counts.usage.calls
    waiting = sum(known.get(operation, other) * n for operation, n in calls.items())
    computing = calls.total() * assumed["cpu_milliseconds_per_call"] / assumed["core_share"]
    seconds = (waiting + computing + invocations) / 1000
    price = PRICES["unit"]["lambda_gigabyte_second"] * assumed["function_gigabytes"]
    return float(seconds * price * MILLION)


def _log_dollars(counts: Counts, invocations: int, log_level: str) -> float:
    assumed = PRICES["assumptions"]
    events = (
        counts.transitions * STATE_EVENTS_PER_TRANSITION
        + counts.invocations * STATE_EVENTS_PER_INVOCATION
    )
    size = (
        counts.log_bytes
        + invocations * assumed["platform_log_bytes_per_invocation"]
        + counts.requests * assumed["access_log_bytes_per_request"]
        + (events * assumed["state_event_log_bytes"] if log_level == "ALL" else 0)
    )
    return float(size / 1e9 * PRICES["unit"]["log_gigabyte"] * MILLION)
