"""``python -m local.emulator``: see ``--help``."""

import sys

from local.emulator.environment import prepare
from local.emulator.options import parse
from local.emulator.pinned_version import WrongVersion, require_pinned_version


def main(arguments: list[str]) -> int:
    """Start the emulator in the foreground; returns the exit status."""
    options = parse(arguments)
    try:
        require_pinned_version()
    except WrongVersion as error:
        print(error, file=sys.stderr)
        return 2
    with prepare(options) as listener:
        # Imported late: MiniStack reads its settings from the environment during the import.
        from local.emulator.server import serve

        return serve(options, listener)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
