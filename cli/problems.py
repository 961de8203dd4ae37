"""What can go wrong, with what to try next and the exit code that tells a script which it was.

0 done   1 refused   2 wrong usage   3 not found   4 unreachable   5 not signed in   70 defect
"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

Fields = Iterable[Mapping[str, str]]
"""What is wrong with a request, field by field: `field` and `problem`."""


class Problem(Exception):
    """Ends the command. `advice` says what to try next; every problem has one.

    `status` is the HTTP status of the answer, if there was one.
    """

    exit_code = 1
    is_final = False
    """Whether further requests are useless, as nothing answers them."""

    def __init__(self, message: str, *, advice: str, status: int = 0, fields: Fields = ()) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice
        self.status = status
        self.fields = [dict(one) for one in fields]

    def told(self) -> dict[str, Any]:
        """The problem as scripts read it; `fields` only where fields are at fault."""
        facts = {
            "message": self.message,
            "advice": self.advice,
            "exit_code": self.exit_code,
            "status": self.status or None,
        }
        return {**facts, "fields": self.fields} if self.fields else facts


class Refused(Problem):
    """The server understood and said no."""


class WrongUsage(Problem):
    """The command cannot mean anything as it was typed, or something is not set up."""

    exit_code = 2


class NotSignedIn(Problem):
    """There is no token, or the API does not accept it any longer."""

    exit_code = 5
    is_final = True


class NotFound(Problem):
    """No such order, signal or route: or not for this caller."""

    exit_code = 3


class Unreachable(Problem):
    """Nobody answered, or the answer was not the API's."""

    exit_code = 4
    is_final = True


class NotTheApi(Unreachable):
    """Something else answered: a proxy, a sign-in page of a network, another server."""

    def __init__(self, message: str, *, status: int = 0) -> None:
        advice = "check that ORDERS_API_URL, or the profile, has the address of the order API"
        said = message if "order API" in message else f"{message}: this is not the order API"
        super().__init__(said, advice=advice, status=status)


class Unanswered(Unreachable):
    """The request was sent and its answer never came: what it asks for may have happened."""


class Unavailable(Unreachable):
    """The API answered that it cannot now (5xx): the next request may go through."""

    is_final = False


class Defect(Problem):
    """The command itself failed in a way that it does not know. (EX_SOFTWARE of sysexits.h)"""

    exit_code = 70

    def __init__(self, error: Exception) -> None:
        super().__init__(
            f"unexpected error: {type(error).__name__}: {error}",
            advice="report it with the traceback that the command prints with ORDERS_TRACEBACK=1",
        )


REPLACED_ADVICE = (
    "Sign in and send `Authorization: Bearer`.",
    "Ask somebody whose role allows it.",
    "Check the order id.",
    "Check the signal id.",
    "Read the order: `allowed_signals` says what it admits now.",
    "This order takes no more; cancel it or wait for its end.",
    "Correct the request and send it again.",
)
"""What the API advises those who speak HTTP. Here each is told as a command, and only once."""


def without_advice(message: str) -> str:
    """What is wrong, without what the commands advise in their own words."""
    for advice in REPLACED_ADVICE:
        message = message.removesuffix(f" {advice}")
    return message


def role_missing(
    message: str, roles: Collection[str], others: Mapping[str, Collection[str]], status: int = 0
) -> Refused:
    """The caller has none of these roles; `others` are the profiles at hand, with theirs."""
    able = [name for name, has in others.items() if set(has) & set(roles)]
    advice = "ask somebody whose role allows it, or use another profile (`--profile`)"
    if able:
        # A profile that is called as the role was made for it.
        advice = f"try `-p {min(able, key=lambda name: (name not in roles, name))}`"
    return Refused(message, advice=advice, status=status)


def roles_named_in(message: str) -> list[str]:
    """The roles that the API asks for in a refusal, any of which is enough."""
    found = re.search("need the role (.+?) to |[Oo]nly (operator)s ", message)
    return (found[1] or found[2]).split(" or ") if found else []


def in_plain_words(fields: Fields) -> list[dict[str, str]]:
    """What a server's validator says of each field, without its jargon."""
    return [{"field": one["field"], "problem": _must(one["problem"])} for one in fields]


def sentence(fields: Fields) -> str:
    """`quantity of item 1 must be at least 1; reason is missing`."""
    return "; ".join(_named(one["field"]) + _joined(one["problem"]) for one in fields)


def _joined(problem: str) -> str:
    """A problem that is a sentence of its own follows a colon."""
    return f" {problem}" if problem.startswith(("must ", "is ")) else f": {problem}"


def _named(field: str) -> str:
    """`SKU of item 1` for `items[0].sku`: people count from one."""
    last = _last(field)
    name = {"sku": "SKU", "customer_id": "customer"}.get(last, last.replace("_", " "))
    place = re.match(r"items\[(\d+)\].", field)
    return f"{name} of item {int(place[1]) + 1}" if place else name


def _last(field: str) -> str:
    return field.rpartition(".")[2]


def _must(problem: str) -> str:
    for said, meant in _JARGON:
        if found := re.fullmatch(said, problem):
            return found.expand(meant).replace("'", "")
    return problem[:1].lower() + problem[1:]


_JARGON = (
    ("Input should be greater than or equal to (.+)", r"must be at least \1"),
    ("Input should be less than or equal to (.+)", r"must be at most \1"),
    ("Value should have at (most|least) ([0-9]+) items.*", r"must have at \1 \2 characters"),
    ("(?:String|List) should have at (most|least) ([0-9]+) ([a-z]+).*", r"must have at \1 \2 \3"),
    ("Input should be (.+)", r"must be \1"),
    ("Field required", "is missing"),
    ("Extra inputs are not permitted", "is not known here"),
)
"""Sentences of the server's validator, and what they mean."""
