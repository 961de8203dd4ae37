"""Refusals of HTTP requests, before the API reads an order. (problems.py has their answers)"""

from collections.abc import Iterable, Mapping, Sequence

from lambdas.api.http.identity import Role
from lambdas.domain import errors as domain


class ApiRefusal(domain.RequestRefused):
    """A refusal of the HTTP request itself, before the API reads an order."""

    headers: Mapping[str, str] = {}


class MalformedRequest(ApiRefusal):
    """The body is not a JSON object, or a header is missing or malformed. `errors` names it."""

    def __init__(self, message: str, errors: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(message)
        self.errors = tuple(errors)


class RoleMissing(domain.NotAllowed):
    """The caller has none of the roles of the action. One of `roles` is enough."""

    def __init__(self, message: str, roles: Iterable[Role]) -> None:
        super().__init__(message)
        self.roles = tuple(sorted(roles))


class NotAuthenticated(ApiRefusal):
    """The request carries no access token of this user pool."""

    headers: Mapping[str, str] = {"WWW-Authenticate": 'Bearer realm="orders"'}


class RouteNotFound(ApiRefusal):
    """No route has this path."""


class MethodNotAllowed(ApiRefusal):
    """The path exists, but not with this method."""

    def __init__(self, message: str, allowed: Sequence[str]) -> None:
        super().__init__(message)
        self.headers = {"Allow": ", ".join(sorted(allowed))}


class BodyTooLarge(ApiRefusal):
    """The body is larger than the limit of the route."""


class MediaTypeNotSupported(ApiRefusal):
    """The Content-Type of the body is not JSON."""


class InvalidFields(ApiRefusal):
    """The request does not match the schema of the route. `errors` names the fields."""

    def __init__(self, message: str, errors: Sequence[Mapping[str, str]]) -> None:
        super().__init__(message)
        self.errors = tuple(errors)


class LinkNotFound(ApiRefusal):
    """No e-mail contained this link."""


class LinkEnded(ApiRefusal):
    """The order stopped waiting for approval long ago, so the link no longer shows it."""


class LinkUsed(ApiRefusal):
    """The link was already used by another approver or for another revision."""
