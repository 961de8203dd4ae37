"""`python -m bench`: run every measurement that needs no AWS account, one after the other."""

import importlib
import sys

MEASUREMENTS = ("cost", "cold_start", "hot_sku")
"""Packages of this folder; `python -m bench.NAME --help` explains each."""


def main() -> None:
    """Run them in this process, each with its defaults."""
    del sys.argv[1:]
    for name in MEASUREMENTS:
        print(f"== bench.{name}", flush=True)
        importlib.import_module(f"bench.{name}.__main__").main()


if __name__ == "__main__":
    main()
