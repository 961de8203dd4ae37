"""Each role allows the calls that its function makes, and no others.

The emulators authorise nothing. Here the deployed handlers run on moto and their requests are
recorded. `without_a_call.py` lists every grant that no handler uses, with its reason.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import botocore.session
import pytest
from moto import mock_aws

from lambdas.adapters import aws_clients
from lambdas.dependencies import Dependencies
from lambdas.domain.errors import OrderError
from lambdas.domain.payment_webhook import UnsignedReport
from tests.infrastructure.grants.__main__ import rows
from tests.infrastructure.grants.calls import FUNCTIONS, Policy, granted, policy_of, record_calls
from tests.infrastructure.grants.recorder import Recorder
from tests.infrastructure.grants.without_a_call import (
    LOGS_AND_TRACES,
    OF_EVERY_FUNCTION,
    WITHOUT_A_CALL,
)
from tests.infrastructure.synthesis import Synthesis
from tests.infrastructure.template import Statement, Template, listed, text
from tests.support.definition import load, placeholder, tasks
from tests.unit.test_dependencies import FULL

SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:{}-AbCdEf"
STRIPE: dict[str, Any] = {
    "payment_provider": "stripe",
    "payment_secret_arn": SECRET.format("key"),
    "payment_webhook_secret_arn": SECRET.format("signing"),
}
PAYS = ("process-payment", "refund-payment", "payment-webhook", "compare-payments")


@pytest.fixture(scope="module")
def called() -> Mapping[str, set[Statement]]:
    """The statements that the calls of each function need."""
    return record_calls()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_calls_all_that_it_is_granted_once_and_nothing_else(
    dev: Template, called: Mapping[str, set[Statement]], function: str
) -> None:
    policy, needed = policy_of(dev, function), _needed(dev, called, function)

    assert granted(policy) == needed
    assert [one for one in _with_one_grant_less(policy) if not granted(one) < needed] == []
    assert len(WITHOUT_A_CALL.get(function, {}).keys() & called[function]) == 0


def test_the_calls_of_every_function_are_recorded(dev: Template) -> None:
    assert set(FUNCTIONS) == dev.functions().keys()


def test_the_table_counts_every_grant_of_every_function(
    dev: Template, called: Mapping[str, set[Statement]]
) -> None:
    (_, *functions) = rows(dev, called)

    for function, allowed, used, without_a_call in functions:
        assert int(used) + int(without_a_call) == int(allowed)
        assert int(without_a_call) == len(WITHOUT_A_CALL.get(function, {})) + 4
    assert len(functions) == len(FUNCTIONS)


@pytest.mark.parametrize("function", PAYS)
def test_a_function_that_pays_with_stripe_reads_the_secrets_and_has_no_table_of_payments(
    synthesise: Synthesis, dev: Template, function: str
) -> None:
    template = synthesise(**STRIPE)

    allowed, on_sandbox = granted(policy_of(template, function)), granted(policy_of(dev, function))

    assert allowed - on_sandbox == _stripe_calls(webhook=function == "payment-webhook")
    assert {resource for _, resource in on_sandbox - allowed} == {"<TablesPayments>"}


def test_the_state_machine_invokes_exactly_the_functions_of_its_tasks(dev: Template) -> None:
    machine = dev.only("StepFunctions::StateMachine")["Properties"]
    policy = list(dev.statements(machine["RoleArn"]["Fn::GetAtt"][0]))
    versions = {
        placeholder(task): text(machine["DefinitionSubstitutions"][placeholder(task)])
        for task in tasks(load()).values()
    }
    needed = {
        ("lambda:InvokeFunction", f"<Activities{state}Function>:*") for state in versions
    } | LOGS_AND_TRACES

    assert all(version.startswith(f"<Activities{state}") for state, version in versions.items())
    assert machine["DefinitionSubstitutions"].keys() == versions.keys()
    assert granted(policy) == needed
    assert [one for one in _with_one_grant_less(policy) if not granted(one) < needed] == []


def _needed(
    template: Template, called: Mapping[str, set[Statement]], function: str
) -> set[Statement]:
    group = template.functions()[function]["LoggingConfig"]["LogGroup"]["Ref"][:-8]
    logs = {(f"logs:{act}", f"<{group}>") for act in ("CreateLogStream", "PutLogEvents")}
    return called[function] | logs | {*OF_EVERY_FUNCTION, *WITHOUT_A_CALL.get(function, ())}


def _with_one_grant_less(policy: Policy) -> Iterable[Policy]:
    """The policy without each statement, each action and each resource in turn."""
    for index, statement in enumerate(policy):
        before, after = policy[:index], policy[index + 1 :]
        yield [*before, *after]
        for part in ("Action", "Resource"):
            every = listed(statement[part])
            for one in every:
                rest = [other for other in every if other != one]
                yield [*before, {**statement, part: rest}, *after]


def _stripe_calls(*, webhook: bool) -> set[Statement]:
    """What the adapter and, if asked for, the webhook of Stripe call."""
    recorder, session = Recorder(), botocore.session.get_session()
    recorder.install(session)
    with mock_aws(), pytest.MonkeyPatch.context() as patch, recorder.running("pays"):
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        patch.setattr(aws_clients, "_session", lambda: session)
        deps = Dependencies(FULL._replace(**STRIPE))
        with suppress(OrderError):
            deps.payments.look_up("pi_1")
        if webhook:
            with suppress(OrderError, UnsignedReport):
                deps.payment_webhook.read("{}", {})
    return recorder.needed["pays"]
