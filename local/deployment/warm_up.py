"""Call each function once, so that the first request does not wait for a cold start.

This is also a smoke test: a function that cannot be imported is reported by name.
"""

import json
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx

from local.host.aws_clients import client
from local.host.problems import LocalProblem
from local.host.state import State
from local.host.waiting import STALL_SECONDS

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_stepfunctions import SFNClient

CONCURRENT_CALLS = 8
API_CALLS = 4
NO_ORDER = "WARM-UP"
_EXPECTED = "OrderNotFound"
_FUNCTION = re.compile(r'"FunctionName"\s*:\s*"([^"]+)"')
_ADVICE = "fix the function, then run `python -m local down` and `up` again"


def warm_up(state: State) -> None:
    """Call every activity, the janitor and the API once or more. Raises LocalProblem."""
    with ThreadPoolExecutor(max_workers=CONCURRENT_CALLS) as pool:
        calls = [pool.submit(_call_activity, state, arn) for arn in _activities(state)]
        calls += [pool.submit(_list_orders, state) for _ in range(API_CALLS)]
        calls.append(pool.submit(_call, state, state.outputs["JanitorFunction"], {}))
        problems = [problem for call in calls if (problem := call.result())]
    if problems:
        raise LocalProblem("warming up", "; ".join(problems), advice=_ADVICE)


def check_health(state: State) -> None:
    """Check that the API responds. Raises LocalProblem."""
    try:
        url = f"{state.api_url}/health"
        response = httpx.get(url, timeout=STALL_SECONDS, trust_env=False)
    except httpx.HTTPError as error:
        raise LocalProblem("checking the API", str(error), advice=_ADVICE) from error
    if not response.is_success:
        reason = f"GET /health returned {response.status_code}: {response.text[:200]}"
        raise LocalProblem("checking the API", reason, advice=_ADVICE)


def _activities(state: State) -> Iterable[str]:
    """The function versions in the deployed definition."""
    engine: SFNClient = client("stepfunctions", state.emulator_url)
    machine = engine.describe_state_machine(stateMachineArn=state.outputs["StateMachineArn"])
    return sorted(set(_FUNCTION.findall(machine["definition"])))


def _call_activity(state: State, arn: str) -> str | None:
    return _call(state, arn, {"order_id": NO_ORDER, "epoch": 0})


def _call(state: State, function: str, event: dict[str, Any]) -> str | None:
    """Call a function; returns its error, or None. OrderNotFound is the expected error."""
    functions: LambdaClient = client("lambda", state.emulator_url)
    answer = functions.invoke(FunctionName=function, Payload=json.dumps(event))
    result = json.loads(answer["Payload"].read())
    if not answer.get("FunctionError") or result.get("errorType") == _EXPECTED:
        return None
    name = function.rpartition(":function:")[2]
    return f"{name}: {result.get('errorType')}: {result.get('errorMessage')}"


def _list_orders(state: State) -> str | None:
    headers = {"Authorization": f"Bearer {state.tokens['operator']}"}
    url = f"{state.api_url}/orders"
    response = httpx.get(url, headers=headers, timeout=STALL_SECONDS, trust_env=False)
    if response.is_success:
        return None
    return f"GET /orders returned {response.status_code}: {response.text[:200]}"
