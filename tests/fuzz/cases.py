"""Valid and invalid requests that schemathesis generates from the OpenAPI document, sent to orders
that exist.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.transport import Response
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fuzz.api_client import HTTP_SECONDS, ApiClient
from tests.fuzz.callers import Caller
from tests.fuzz.contract import Route, without_security
from tests.fuzz.expected_answers import Answer, authorization_problems

AnyCase = schemathesis.Case[Any]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
"""The library's checks, in addition to `expected_answers`."""
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


class Generator:
    """Generates requests and sends them. One seed gives the same requests for the same ids."""

    def __init__(self, api: ApiClient, *, seed: int) -> None:
        self._api = api
        self._seed = seed
        self._schema = schemathesis.openapi.from_dict(without_security())
        self._schema.config.output.sanitization.update(enabled=False)
        self._schema.config.checks.negative_data_rejection.expected_statuses = ["4xx"]
        self._session = requests.Session()
        self._session.trust_env = False

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def run(
        self,
        route: Route,
        caller: Caller,
        mode: GenerationMode,
        *,
        ids: Mapping[str, Sequence[str]],
        examples: int,
    ) -> None:
        """Send `examples` requests of one route by one caller; `ids` are real values of the
        path's placeholders, that most of the requests use.
        """
        cases = self._cases(route, mode, ids)
        chosen = random.Random(f"{self._seed} {route.label} {caller.name} {mode.value}")

        def exchange(case: AnyCase) -> None:
            self._exchange(route, caller, case)

        hypothetical(exchange, cases, examples=examples, number=chosen.getrandbits(64))

    def _cases(
        self, route: Route, mode: GenerationMode, ids: Mapping[str, Sequence[str]]
    ) -> st.SearchStrategy[AnyCase]:
        made = self._schema[route.path][route.method].as_strategy(mode)
        wanted = {name: [*values, None] for name, values in ids.items() if values}
        real = st.fixed_dictionaries({n: st.sampled_from(v) for n, v in wanted.items()})
        return st.builds(_with_real_ids, made, real)

    def _exchange(self, route: Route, caller: Caller, case: AnyCase) -> None:
        response = case.call(
            base_url=self._api.api_url,
            session=self._session,
            headers=caller.headers,
            timeout=HTTP_SECONDS,
        )
        answer = answer_of(response)
        command = case.as_curl_command(headers={"Authorization": "Bearer $TOKEN"})
        wrong = [*authorization_problems(route, caller, answer), *failures_of(case, response)]
        self._api.note(route, caller, answer, command, wrong)


def hypothetical(
    test: Callable[[AnyCase], None],
    cases: st.SearchStrategy[AnyCase],
    *,
    examples: int,
    number: int,
) -> None:
    """Draw and test `examples` cases from the seed `number`. They are not shrunk, because an answer
    depends on the requests before it.
    """
    drawn = given(cases)(test)
    bounded = settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )(drawn)
    seed(number)(bounded)()


def failures_of(case: AnyCase, response: Response) -> list[str]:
    """The failures that the library's checks report for an answer."""
    try:
        case.validate_response(response, checks=CHECKS)
    except FailureGroup as group:
        return [f"{response.status_code}: {_summary(exception)}" for exception in group.exceptions]
    return []


def answer_of(response: Response) -> Answer:
    """The library's response as an Answer."""
    types = response.headers.get("content-type") or [""]
    return Answer(response.status_code, types[0].partition(";")[0], response.content or b"")


def _summary(failure: Exception) -> str:
    if isinstance(failure, Failure):
        return f"{failure.title}: {' '.join(failure.message.split())[:200]}"
    return f"{type(failure).__name__}: {failure}"


def _with_real_ids(case: AnyCase, real: Mapping[str, str | None]) -> AnyCase:
    for name, value in real.items():
        if value is not None and name in (case.path_parameters or {}):
            case.path_parameters[name] = value
    return case
