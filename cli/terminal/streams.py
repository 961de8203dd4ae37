"""Handle standard streams that are closed, on a full disk, or a pipe without a reader."""

import os
import select
import sys
from collections.abc import Callable
from io import TextIOWrapper, UnsupportedOperation
from typing import NoReturn, TextIO

from cli.problems import WrongUsage

INTERRUPTED, PIPE_CLOSED = 130, 141
"""The codes that shells report for SIGINT and SIGPIPE: 128 plus the number of the signal."""


def run_program(main: Callable[[], int | None]) -> NoReturn:
    """Run a program and exit with its status, without a traceback after Ctrl-C or when the reader
    of the output has ended (`| head`).
    """
    try:
        sys.exit(_run_and_flush(main))
    except BrokenPipeError:
        discard(sys.stdout)
        sys.exit(PIPE_CLOSED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _run_and_flush(main: Callable[[], int | None]) -> int | str | None:
    """Run the program and flush its output, also when it exits (argparse)."""
    code: int | str | None
    try:
        code = main()
    except SystemExit as ended:
        code = ended.code
    if sys.stdout is not None:
        sys.stdout.flush()
    return code


def require_stdout() -> None:
    """Raise WrongUsage if standard output is closed, before the command takes effect."""
    if sys.stdout is None:
        raise WrongUsage(
            "standard output is closed, so the result cannot be printed",
            advice="redirect it to a file or to /dev/null instead",
        )


def require_reader() -> None:
    """Raise BrokenPipeError if standard output is a pipe without a reader.

    A waiting command may write nothing for minutes and would detect it only at the next write.
    (poll(2): POLLERR is reported without being requested)
    """
    descriptor = _descriptor(sys.stdout)
    if descriptor is None or not hasattr(select, "poll"):  # missing on Windows
        return
    poller = select.poll()
    poller.register(descriptor, 0)
    if poller.poll(0):
        raise BrokenPipeError


def replace_unencodable() -> None:
    """Print `?` for symbols that the encoding of the terminal does not have."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def discard(stream: TextIO | None) -> None:
    """Redirect a stream to /dev/null, including its buffered output.

    Python flushes the buffers at exit and would print a traceback if that failed. (Python
    documentation, "Note on SIGPIPE")
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
