"""The cost of the same order on other engines: a direct port to Step Functions, public samples,
Temporal Cloud, Lambda durable functions.
"""

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.cost.pricing import MILLION, PRICES
from bench.cost.recorder import Usage
from bench.cost.scenarios import Counts

_PEERS: Mapping[str, Any] = tomllib.loads((Path(__file__).parent / "peers.toml").read_text())


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another state machine: the usage of its successful path, and the features that it leaves out.
    `source` has the repository, the commit and the file of a public sample.
    """

    counts: Counts
    states: Sequence[str]
    leaves_out: str
    source: tuple[str, str, str] | None = None


def direct_port() -> Counts:
    """The counts of an approved order in the direct port."""
    return peers()[0].counts


def peers() -> list[Peer]:
    """The direct port, then the public samples."""
    port = {"name": "direct port, approved", **_PEERS["direct_port"]}
    return [_peer(one) for one in (port, *_PEERS["sample"])]


def temporal_cloud() -> float:
    """US dollars of actions per million orders; Workers and storage are not included."""
    prices = PRICES["temporal_cloud"]
    return float(prices["actions"] * prices["million_actions"])


def durable_functions() -> float:
    """US dollars of durable operations per million orders, without functions and tables."""
    prices = PRICES["lambda_durable_functions"]
    written = prices["kilobytes_written"] * MILLION / 1e6 * prices["gigabyte_written"]
    return float(prices["operations"] * prices["million_operations"] + written)


def _peer(entry: Mapping[str, Any]) -> Peer:
    source = ("repository", "commit", "definition")
    return Peer(
        counts=_counts(entry),
        states=[state["name"] for state in entry["states"]],
        leaves_out=entry["leaves_out"],
        source=tuple(entry[name] for name in source) if "repository" in entry else None,
    )


def _counts(entry: Mapping[str, Any]) -> Counts:
    states = entry["states"]
    functions = sum(state.get("lambda", False) for state in states)
    writes = entry.get("first_write", 0) + sum(state.get("write", 0) for state in states)
    return Counts(
        scenario=entry["name"],
        stage="completed",
        transitions=len(states),
        invocations=functions + entry.get("other_functions", 0),
        requests=entry.get("requests", 0),
        mails=entry.get("mails", 0),
        log_bytes=0,
        usage=Usage(
            writes=Counter({"table": writes}),
            read_units=entry.get("read_units", 0.0),
            calls=Counter(entry.get("calls", {})),
        ),
    )
