"""`encryption=customer`: one key encrypts everything that is stored, and few may use it."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pytest

from tests.infrastructure.grants.calls import FUNCTIONS
from tests.infrastructure.template import Template, listed, text

STORES: Mapping[str, tuple[str | int, ...]] = {
    "SQS::Queue": ("KmsMasterKeyId",),
    "SNS::Topic": ("KmsMasterKeyId",),
    "Logs::LogGroup": ("KmsKeyId",),
    "Events::EventBus": ("KmsKeyIdentifier",),
    "Events::Archive": ("KmsKeyIdentifier",),
    "DynamoDB::GlobalTable": ("Replicas", 0, "SSESpecification", "KMSMasterKeyId"),
    "S3::Bucket": (
        "BucketEncryption",
        "ServerSideEncryptionConfiguration",
        0,
        "ServerSideEncryptionByDefault",
        "KMSMasterKeyID",
    ),
    "StepFunctions::StateMachine": ("EncryptionConfiguration", "KmsKeyId"),
}
"""The types of resources that store data, and where they name their key."""
READ, WRITE = {"Decrypt"}, {"Decrypt", "GenerateDataKey"}
READ_TABLE = {"Decrypt", "DescribeKey"}
WRITE_TABLE = READ_TABLE | {"Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo"}
WITH_KEY = ("dynamodb", "s3", "sqs", "states")
"""The services that use the key on behalf of a function."""
WRITES = ("Put", "Send", "Start", "Update")


@pytest.mark.parametrize("kind", STORES)
def test_every_resource_that_stores_data_has_the_key(full: Template, kind: str) -> None:
    for properties in full.properties(kind):
        value: Any = properties
        for step in STORES[kind]:
            value = value[step]
        assert text(value) == "<Key>"


def test_without_the_setting_there_is_no_key(template: Template) -> None:
    assert template.of_type("KMS::Key") == {}
    assert "kms:" not in str(template.body)


def test_the_key_is_rotated_and_kept_as_long_as_the_data(
    full: Template, dev_with_key: Template
) -> None:
    kept, in_dev = full.only("KMS::Key"), dev_with_key.only("KMS::Key")

    assert kept["Properties"]["EnableKeyRotation"] is True
    assert (kept["DeletionPolicy"], in_dev["DeletionPolicy"]) == ("Retain", "Delete")


def test_functions_use_the_key_for_secrets_and_for_events_that_wait_for_a_subscriber(
    production: Template,
) -> None:
    for name in ("process-payment", "refund-payment", "payment-webhook", "compare-payments"):
        assert _key_use(production, name)["secretsmanager"] == READ
    assert _key_use(production, "deliver-events") == {
        "secretsmanager": READ,
        "sqs": READ,
    }


def test_a_service_uses_the_key_for_this_account_only(full: Template) -> None:
    statements = full.only("KMS::Key")["Properties"]["KeyPolicy"]["Statement"]
    by_service = {
        text(one["Principal"]["Service"]): one
        for one in statements
        if "Service" in one["Principal"]
    }
    (root,) = (one for one in statements if "Service" not in one["Principal"])

    assert by_service.keys() == {
        "logs.<Region>.amazonaws.com",
        "events.amazonaws.com",
        "cloudwatch.amazonaws.com",
        "delivery.logs.amazonaws.com",
    }
    for statement in by_service.values():
        assert "'AWS::AccountId'" in str(statement["Condition"])
        assert "kms:*" not in listed(statement["Action"])
    assert text(root["Principal"]["AWS"]) == "arn:<Partition>:iam::<AccountId>:root"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_uses_the_key_through_the_services_that_it_calls(
    full: Template, function: str
) -> None:
    needed = defaultdict[str, set[str]](set)
    for action, _ in full.granted_to(full.functions()[function]["Role"]):
        service, _, verb = action.partition(":")
        reads, writes = (READ_TABLE, WRITE_TABLE) if service == "dynamodb" else (READ, WRITE)
        if service in WITH_KEY:
            needed[service] |= writes if verb.startswith(WRITES) else reads

    assert _key_use(full, function) == needed


def test_the_state_machine_uses_the_key_for_its_executions_and_their_log(full: Template) -> None:
    role = full.only("StepFunctions::StateMachine")["Properties"]["RoleArn"]["Fn::GetAtt"][0]
    used = {
        (action, *(f"{name}={text(on)}" for name, on in condition.items()))
        for statement in full.statements(role)
        for action in listed(statement["Action"])
        if action.startswith("kms:")
        for condition in statement["Condition"].values()
    }

    machine = "arn:<Partition>:states:<Region>:<AccountId>:stateMachine:OrderWorkflow-staging"
    context = f"kms:EncryptionContext:aws:states:stateMachineArn={machine}"
    logs = "kms:EncryptionContext:SourceArn=arn:<Partition>:logs:<Region>:<AccountId>:*"
    assert used == {
        ("kms:Decrypt", context),
        ("kms:GenerateDataKey", context),
        ("kms:GenerateDataKey", logs),
    }


def _key_use(template: Template, function: str) -> Mapping[str, set[str]]:
    """The actions on the key that a function may use, by service."""
    used = defaultdict[str, set[str]](set)
    for statement in template.statements(template.functions()[function]["Role"]["Fn::GetAtt"][0]):
        actions = [one for one in listed(statement["Action"]) if one.startswith("kms:")]
        if actions:
            through = text(statement["Condition"]["StringEquals"]["kms:ViaService"])
            used[through.partition(".")[0]] |= {action.removeprefix("kms:") for action in actions}
            assert text(statement["Resource"]) == "<Key>"
    return used
