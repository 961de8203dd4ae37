"""The calls to AWS that the deployed handlers make on moto, and the grants of their roles."""

from collections.abc import Iterable, Mapping
from typing import Any

from stacks.workflow.activity_functions import ACTIVITIES
from tests.infrastructure.grants.activities import run_activities
from tests.infrastructure.grants.functions import run_functions
from tests.infrastructure.grants.recorder import Recorder
from tests.infrastructure.template import Statement, Template, listed, text

OTHERS = (
    "api",
    "compare-payments",
    "export-histories",
    "janitor-execution-stopped",
    "janitor-sweep",
    "payment-webhook",
    "publish-events",
    "record-mail-reports",
    "sweep-histories",
)
ACTIVITY_OF = {row.name: state for state, row in ACTIVITIES.items()}
FUNCTIONS = (*ACTIVITY_OF, *OTHERS)

Policy = list[Mapping[str, Any]]


def record_calls() -> Mapping[str, set[Statement]]:
    """The statements that the calls of each function need."""
    recorder = Recorder()
    run_activities(recorder)
    run_functions(recorder)
    by_name = {name: recorder.needed[state] for name, state in ACTIVITY_OF.items()}
    return {**by_name, **{name: recorder.needed[name] for name in OTHERS}}


def policy_of(template: Template, function: str) -> Policy:
    """The statements of a function's role."""
    role = template.functions()[function]["Role"]["Fn::GetAtt"][0]
    return list(template.statements(role))


def granted(policy: Iterable[Mapping[str, Any]]) -> set[Statement]:
    """Each action with each of its resources."""
    return {
        (action, text(resource))
        for statement in policy
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }
