"""What an answer must be: documented in status, media type and shape, and from behind the right
door. Each rule yields what is wrong, as a sentence without the request's own data.
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
    """One answer as it came over the wire; `media_type` is without parameters, "" if none."""

    status: int
    media_type: str
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", errors="replace")


def wrong_form(route: Route, answer: Answer) -> Iterator[str]:
    """What is not as documented."""
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


def wrong_door(
    route: Route, caller: Caller, answer: Answer, *, hidden: bool = False
) -> Iterator[str]:
    """Who was let in that must not be, or the other way round. `hidden`: the order in the path is
    one that the caller may not know of.
    """
    if _is_no_route(answer):
        return
    wanted = _only_status(route, caller, hidden=hidden)
    if wanted is not None and answer.status != wanted:
        yield f"{answer.status} instead of {wanted}"
    if route.public and answer.status in (401, 403):
        yield f"a public route refused with {answer.status}"
    if wanted is None and answer.status == 401:
        yield "401 to a good token"


def _only_status(route: Route, caller: Caller, *, hidden: bool) -> int | None:
    """401 to those whom nobody knows, 403 to the wrong role, 404 to another customer; None for
    those who may come in.
    """
    if route.public:
        return None
    if not caller.known:
        return 401
    if caller.role not in route.roles:
        return 403
    return 404 if hidden else None


def _is_no_route(answer: Answer) -> bool:
    """True for the gateway's own 404: it found no route in the path, so no door either."""
    return answer.status == 404 and answer.media_type == "application/json"
