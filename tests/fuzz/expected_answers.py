"""Rules for an answer: status, media type and schema are documented, and the caller was authorized.
Each rule yields problems as sentences without the request's data.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch

from jsonschema import ValidationError

from tests.fuzz.callers import Caller
from tests.fuzz.contract import Route
from tests.support.api_caller import validate


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer; `media_type` is without parameters, "" if none."""

    status: int
    media_type: str
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", errors="replace")


def form_problems(route: Route, answer: Answer) -> Iterator[str]:
    """Deviations from the documented form."""
    if answer.status >= 500:
        yield f"a server error: {answer.status}"
    documented = route.responses.get(str(answer.status))
    if documented is None:
        yield f"status {answer.status} is not documented"
        return
    content = documented.get("content", {})
    if not content:
        if answer.body:
            yield f"a body where none is documented ({answer.status})"
        return
    described = next((s for t, s in content.items() if fnmatch(answer.media_type, t)), None)
    if described is None:
        yield f"{answer.status} as {answer.media_type!r}, documented as {sorted(content)}"
    elif "schema" in described:
        yield from _wrong_shape(described["schema"], answer)


def _wrong_shape(schema: dict[str, object], answer: Answer) -> Iterator[str]:
    try:
        validate(schema, json.loads(answer.body))
    except ValidationError as error:
        yield f"{answer.status} differs from its schema at {error.json_path}: {error.message}"
    except ValueError:
        yield f"{answer.status} is no JSON"


def authorization_problems(
    route: Route,
    caller: Caller,
    answer: Answer,
    *,
    hidden: bool = False,
    invalid: bool = False,
) -> Iterator[str]:
    """Wrong decisions about the caller. `hidden`: the order in the path belongs to another
    customer, and the caller must not learn that it exists. `invalid`: the body breaks its schema.
    """
    if _is_no_route(answer):
        return
    wanted = _only_status(route, caller, hidden=hidden)
    # An invalid body is refused before the order is read: 422 does not show that it exists.
    refused_unread = invalid and wanted == 404 and answer.status == 422
    if wanted is not None and answer.status != wanted and not refused_unread:
        yield f"{answer.status} instead of {wanted}"
    if route.public and answer.status in (401, 403):
        yield f"a public route refused with {answer.status}"
    if wanted is None and answer.status == 401:
        yield "401 to a valid token"


def _only_status(route: Route, caller: Caller, *, hidden: bool) -> int | None:
    """401 without authentication, 403 for the wrong role, 404 for another customer's order; None
    for an authorized caller.
    """
    if route.public:
        return None
    if not caller.known:
        return 401
    if caller.role not in route.roles:
        return 403
    return 404 if hidden else None


def _is_no_route(answer: Answer) -> bool:
    """True for the 404 of a path that no route matches: no rule applies."""
    return answer.status == 404 and b":route-not-found" in answer.body
