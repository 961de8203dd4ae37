"""Who may use the key of the customer: services for the stack, roles through these services."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

from stacks.settings.deployment_settings import DeploymentSettings

_READ = ("kms:Decrypt",)
_WRITE = ("kms:Decrypt", "kms:GenerateDataKey")
_TABLE_READ = ("kms:Decrypt", "kms:DescribeKey")
_TABLE_WRITE = (
    *_TABLE_READ,
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)
KEY_ACTIONS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        ("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"), ("dynamodb", _TABLE_READ)
    ),
    **dict.fromkeys(("dynamodb:PutItem", "dynamodb:UpdateItem"), ("dynamodb", _TABLE_WRITE)),
    **dict.fromkeys(
        (
            "states:DescribeExecution",
            "states:DescribeStateMachineForExecution",
            "states:GetExecutionHistory",
        ),
        ("states", _READ),
    ),
    **dict.fromkeys(
        ("states:SendTaskSuccess", "states:StartExecution", "states:StopExecution"),
        ("states", _WRITE),
    ),
    "sqs:ReceiveMessage": ("sqs", _READ),
    "sqs:SendMessage": ("sqs", _WRITE),
    "s3:GetObject": ("s3", _READ),
    "s3:PutObject": ("s3", _WRITE),
    "secretsmanager:GetSecretValue": ("secretsmanager", _READ),
}
"""The service that uses the key for the caller of an action, and the actions that it needs. Actions
that are missing here need none: the service has them by the policy of the key. (Step Functions API
reference, KmsAccessDeniedException; the developer guides of the other services)
"""
_IN_ACCOUNT: dict[str, Any] = {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}


def key_grants(actions: Sequence[str], key: kms.IKey) -> Iterator[iam.PolicyStatement]:
    """The statements by which a role uses the key through the services that it calls."""
    needed = defaultdict[str, set[str]](set)
    for action in actions:
        if action in KEY_ACTIONS:
            service, on_key = KEY_ACTIONS[action]
            needed[service].update(on_key)
    for service, key_actions in sorted(needed.items()):
        through = f"{service}.{Aws.REGION}.amazonaws.com"
        yield iam.PolicyStatement(
            actions=sorted(key_actions),
            resources=[key.key_arn],
            conditions={"StringEquals": {"kms:ViaService": through}},
        )


def machine_grants(settings: DeploymentSettings, key: kms.IKey) -> Iterator[iam.PolicyStatement]:
    """What the role of the state machine needs for its executions and their logs. (Step Functions
    developer guide, "Data at rest encryption")
    """
    machine = _arn("states", f"stateMachine:{settings.stack_name}")
    yield iam.PolicyStatement(
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        resources=[key.key_arn],
        conditions={"StringEquals": {"kms:EncryptionContext:aws:states:stateMachineArn": machine}},
    )
    yield iam.PolicyStatement(
        actions=["kms:GenerateDataKey"],
        resources=[key.key_arn],
        conditions={"ArnLike": {"kms:EncryptionContext:SourceArn": _arn("logs", "*")}},
    )


def service_grants(settings: DeploymentSettings) -> Iterator[iam.PolicyStatement]:
    """The services that use the key without a role of the stack. Each is bound to this account, so
    that another account cannot make the service use the key. SES and API Gateway do not use it:
    SES publishes on the default bus of the account, API Gateway writes to a log group.
    """
    stack = settings.stack_name
    log_groups = _arn("logs", f"log-group:/aws/*{stack}*")
    yield _allow(
        f"logs.{Aws.REGION}.amazonaws.com",
        ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
    )
    # The bus, its archive, and the queues that rules send to.
    yield _allow(
        "events.amazonaws.com",
        ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
        _IN_ACCOUNT,
    )
    alarms = {"ArnLike": {"aws:SourceArn": _arn("cloudwatch", f"alarm:{stack}-*")}}
    yield _allow(
        "cloudwatch.amazonaws.com", ["kms:Decrypt", "kms:GenerateDataKey"], _IN_ACCOUNT | alarms
    )
    # The log of the state machine.
    deliveries = {"ArnLike": {"aws:SourceArn": _arn("logs", "*")}}
    yield _allow("delivery.logs.amazonaws.com", ["kms:Decrypt"], _IN_ACCOUNT | deliveries)


def _allow(service: str, actions: list[str], conditions: Mapping[str, Any]) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        principals=[iam.ServicePrincipal(service)],
        actions=actions,
        resources=["*"],  # the key itself
        conditions=conditions,
    )


def _arn(service: str, resource: str) -> str:
    return f"arn:{Aws.PARTITION}:{service}:{Aws.REGION}:{Aws.ACCOUNT_ID}:{resource}"
