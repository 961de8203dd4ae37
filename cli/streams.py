"""Standard streams that fail: closed, on a full disk, or a pipe whose reader has ended."""

import os
import select
import sys
from io import TextIOWrapper, UnsupportedOperation
from typing import TextIO

from cli.problems import WrongUsage


def require_stdout() -> None:
    """Raise WrongUsage, before anything is done, where the result could not be printed."""
    if sys.stdout is None:
        raise WrongUsage(
            "standard output is closed, so the result cannot be printed",
            advice="redirect it to a file or to /dev/null instead",
        )


def require_reader() -> None:
    """Raise BrokenPipeError if standard output is a pipe that has lost its reader.

    A command that waits writes nothing for minutes, and would notice only then. (poll(2): POLLERR
    is reported without being requested)
    """
    descriptor = _descriptor(sys.stdout)
    if descriptor is None or not hasattr(select, "poll"):  # which Windows lacks
        return
    poller = select.poll()
    poller.register(descriptor, 0)
    if poller.poll(0):
        raise BrokenPipeError


def replace_unencodable() -> None:
    """Print `?` for a symbol that the terminal's encoding lacks, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def discard(stream: TextIO | None) -> None:
    """Send what is still buffered, and all that follows, to nowhere.

    Python writes the buffers once more when it ends, and would print a traceback if that failed
    again. (Python documentation, "Note on SIGPIPE")
    """
    descriptor = _descriptor(stream)
    if descriptor is not None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, descriptor)
        os.close(nowhere)


def _descriptor(stream: TextIO | None) -> int | None:
    """The stream's file descriptor; None if it is closed, or not a file."""
    try:
        return None if stream is None else stream.fileno()
    except (UnsupportedOperation, ValueError):
        return None
