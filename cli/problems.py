"""What can go wrong, with what to try next and the exit code that tells a script which it was.

0 done   1 refused by the server   2 wrong usage   3 not found   4 unreachable
"""


class Problem(Exception):
    """Ends the command. `advice` says what to try next; every problem has one."""

    exit_code = 1
    is_final = False
    """Whether the next request is as useless: nobody answers at all."""

    def __init__(self, message: str, *, advice: str) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class Refused(Problem):
    """The server understood and said no; `status` is its HTTP status."""

    def __init__(self, message: str, *, advice: str, status: int) -> None:
        super().__init__(message, advice=advice)
        self.status = status


class WrongUsage(Problem):
    """The command cannot mean anything as it was typed, or something is not set up."""

    exit_code = 2


class NotFound(Problem):
    """No such order, signal or route: or not for this caller."""

    exit_code = 3


class Unreachable(Problem):
    """Nobody answered, or the answer was not the API's."""

    exit_code = 4
    is_final = True


class Unavailable(Unreachable):
    """The API answered that it cannot now (5xx): the next request may go through."""

    is_final = False
