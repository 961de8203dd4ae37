"""Problems that end a command, each with a message, advice and an exit code.

0 done   1 refused   2 wrong usage   3 not found   4 unreachable   5 not signed in   70 defect
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

Fields = Iterable[Mapping[str, str]]
"""The invalid fields of a request: `field` and `problem`."""


class Problem(Exception):
    """Ends the command. `advice` says what to do; every problem has one.

    `status` is the HTTP status of the response, 0 without a response.
    """

    exit_code = 1
    is_final = False
    """Whether further requests would fail for the same reason."""

    def __init__(self, message: str, *, advice: str, status: int = 0, fields: Fields = ()) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice
        self.status = status
        self.fields = [dict(field) for field in fields]

    def as_dict(self) -> dict[str, Any]:
        """The problem as a JSON object; it has `fields` only if fields are invalid."""
        facts = {
            "message": self.message,
            "advice": self.advice,
            "exit_code": self.exit_code,
            "status": self.status or None,
        }
        return {**facts, "fields": self.fields} if self.fields else facts


class Refused(Problem):
    """The server rejected a valid request."""


class WrongUsage(Problem):
    """The command line, a setting or a file is invalid."""

    exit_code = 2


class NotSignedIn(Problem):
    """The token is missing, or the API no longer accepts it."""

    exit_code = 5
    is_final = True


class NotFound(Problem):
    """The order, signal or route does not exist, or the caller may not read it."""

    exit_code = 3


class Unreachable(Problem):
    """No server answered, or the answer did not come from the API."""

    exit_code = 4
    is_final = True


class NotTheApi(Unreachable):
    """Another server answered: a proxy, the sign-in page of a network."""

    def __init__(self, message: str, *, status: int = 0) -> None:
        advice = "check the address of the order API in ORDERS_API_URL or the profile"
        said = message if "order API" in message else f"{message}: this is not the order API"
        super().__init__(said, advice=advice, status=status)


class Unanswered(Unreachable):
    """The request was sent but not answered: it may have taken effect."""


class Unavailable(Unreachable):
    """The API answered 5xx: the next request may succeed."""

    is_final = False


class Defect(Problem):
    """The command failed with an unexpected error. (EX_SOFTWARE of sysexits.h)"""

    exit_code = 70

    def __init__(self, error: Exception) -> None:
        super().__init__(
            f"unexpected error: {type(error).__name__}: {error}",
            advice="set ORDERS_TRACEBACK=1, run the command again and report the traceback",
        )


def role_missing(
    message: str,
    roles: Collection[str],
    other_profiles: Mapping[str, Collection[str]],
    status: int = 0,
) -> Refused:
    """The problem of a caller without one of `roles`; advises a signed-in profile that has one."""
    allowed = [name for name, has in other_profiles.items() if set(has) & set(roles)]
    advice = "sign in with a role that allows it, or use another profile (`--profile`)"
    if allowed:
        # Prefer the profile that has the name of the role.
        advice = f"try `-p {min(allowed, key=lambda name: (name not in roles, name))}`"
    return Refused(message, advice=advice, status=status)
