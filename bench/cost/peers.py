"""The same order elsewhere: a direct port to Step Functions, Temporal Cloud, durable functions."""

import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.cost.pricing import MILLION, PRICES
from bench.cost.recorder import Usage
from bench.cost.stories import Counts

_PORT: Mapping[str, Any] = tomllib.loads((Path(__file__).parent / "naive_port.toml").read_text())


def naive_port() -> Counts:
    """The counts of an approved order in the direct port of `naive_port.toml`."""
    states = _PORT["states"]
    functions = sum(state.get("lambda", False) for state in states)
    writes = _PORT["first_write"] + sum(state.get("write", 0) for state in states)
    calls = functions * _PORT["calls_per_function"]
    return Counts(
        story="direct port, approved",
        stage="completed",
        transitions=len(states),
        invocations=functions,
        requests=_PORT["requests"],
        mails=_PORT["mails"],
        log_bytes=0,
        usage=Usage(
            writes=Counter({"table": writes}),
            read_units=float(functions),
            calls=Counter({"dynamodb.GetItem": calls}),
        ),
    )


def temporal_cloud() -> float:
    """US dollars of actions per million orders; Workers and storage are not included."""
    prices = PRICES["temporal_cloud"]
    return float(prices["actions"] * prices["million_actions"])


def durable_functions() -> float:
    """US dollars of durable operations per million orders, without functions and tables."""
    prices = PRICES["lambda_durable_functions"]
    written = prices["kilobytes_written"] * MILLION / 1e6 * prices["gigabyte_written"]
    return float(prices["operations"] * prices["million_operations"] + written)
