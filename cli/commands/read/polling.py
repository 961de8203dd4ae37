"""The pause between two polls of the API."""

import time

from cli.terminal.streams import require_reader

POLL_SECONDS = 1.0


def pause() -> None:
    """Wait before the next poll. Raises BrokenPipeError if the output has lost its reader."""
    time.sleep(POLL_SECONDS)
    require_reader()
