"""Command line of the emulator."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from local.emulator.fixes import FIXES

EVERY_FIX = "all"


@dataclass(frozen=True)
class Options:
    """Options of the emulator.

    ``port`` 0 means any free one. ``without`` names the disabled fixes. ``dynamodb`` is the
    address of the DynamoDB that the functions use; empty for the emulator's own.
    """

    host: str
    port: int
    state_dir: Path | None
    without: frozenset[str]
    dynamodb: str = ""


def parse(arguments: list[str]) -> Options:
    """Read the command line; argparse exits with status 2 on a mistake."""
    parsed = _parser().parse_args(arguments)
    names = set(parsed.without)
    without = frozenset(FIXES) if EVERY_FIX in names else frozenset(names)
    return Options(
        host=parsed.host,
        port=parsed.port,
        state_dir=parsed.state_dir,
        without=without,
        dynamodb=parsed.dynamodb,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local.emulator",
        description="MiniStack with AWS parity fixes, in one foreground process. Prints one "
        'JSON line {"url", "pid"} on standard output when it is ready; logs go to standard error.',
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="IPv4 address to listen on (%(default)s)"
    )
    parser.add_argument("--port", type=int, default=0, help="port; 0 for any free one (0)")
    parser.add_argument(
        "--state-dir",
        type=Path,
        help="keep the state in this folder after a graceful stop",
    )
    parser.add_argument(
        "--dynamodb",
        default="",
        metavar="URL",
        help="DynamoDB of the functions' data, which outlives the emulator (default: the "
        "emulator's DynamoDB)",
    )
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="FIX",
        choices=[*FIXES, EVERY_FIX],
        help=f"disable one fix; may be repeated; {EVERY_FIX} for a stock MiniStack: "
        + ", ".join(FIXES),
    )
    return parser
