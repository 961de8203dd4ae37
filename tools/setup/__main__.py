"""`python3 -m tools.setup [--verbose]`. Parses on Python 3.6: see the package's docstring."""

import sys

from tools.setup.preflight import problem_with_this_python


def main() -> int:
    """Set up the checkout, or print why this Python cannot. Returns the exit status."""
    problem = problem_with_this_python()
    if problem:
        sys.stderr.write(problem + "\n")
        return 1
    from tools.setup.provision import main as provision

    return provision(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
