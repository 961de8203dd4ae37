"""The stack as a whole: its outputs, the one emulator switch, the checks at synthesis."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import aws_sqs as sqs
from cfnlint.api import lint_file
from cfnlint.config import ManualArgs

from stacks.api.identity import COMMAND_LINE
from stacks.workflow.activity_functions import ACTIVITIES
from tests.infrastructure.synthesis import build, cdk_app
from tests.infrastructure.template import Template, text

_VERSION_HASH = re.compile(r"(CurrentVersion[0-9A-F]{8}|ReleaseVersion)[0-9a-f]{16,}")
"""A version's logical id ends with a digest of what it publishes."""

OUTPUTS = {
    "ApiUrl",
    "ApiId",
    "StateMachineArn",
    "AliasArn",
    "OrdersTable",
    "InventoryTable",
    "CustomersTable",
    "PaymentsTable",
    "OperationsQueueUrl",
    "EventBusName",
    "EventLogGroup",
    "HistoriesBucket",
    "UserPoolId",
    "UserPoolClientId",
    "JanitorFunction",
    "PaymentComparisonFunction",
    "Region",
}


def test_an_address_that_bounced_or_complained_is_suppressed(dev: Template) -> None:
    [sent_with] = dev.of_type("SES::ConfigurationSet").values()

    assert sent_with["Properties"]["SuppressionOptions"] == {
        "SuppressedReasons": ["BOUNCE", "COMPLAINT"]
    }


def test_the_outputs_have_the_names_that_scripts_rely_on(template: Template) -> None:
    assert set(template.body["Outputs"]) == OUTPUTS


def without_packages(template: Template) -> dict[str, Any]:
    """The resources without the contents of the functions' packages."""
    text = _VERSION_HASH.sub(r"\1", json.dumps(template.resources))
    resources: dict[str, Any] = json.loads(text)
    for resource in resources.values():
        if resource["Type"] == "AWS::Lambda::Function":
            del resource["Properties"]["Code"]
            resource.pop("Metadata", None)
            resource["Properties"].pop("Layers", None)
    return resources


def test_the_emulator_gets_the_template_of_aws_but_for_the_listed_gaps(
    dev: Template, emulator: Template
) -> None:
    assert {**emulator.body, "Resources": {}} == {**dev.body, "Resources": {}}
    aws, local = without_packages(dev), without_packages(emulator)
    (layer,) = dev.of_type("Lambda::LayerVersion")
    (archive,) = dev.of_type("Events::Archive")
    queries = dev.of_type("Logs::QueryDefinition").keys()
    assert aws.keys() - local.keys() == {layer, archive, *queries}
    assert local.keys() <= aws.keys()
    changed = [one for one in local if aws[one] != local[one]]
    assert changed == [one for one in aws if "Metrics" in aws[one].get("Properties", {})]
    for one in changed:
        on_aws, locally = aws[one]["Properties"], local[one]["Properties"]
        assert {name for name in on_aws if locally.get(name) != on_aws[name]} == {"Metrics"}
        assert locally.keys() - on_aws.keys() == {"Namespace", "MetricName", "Statistic", "Period"}


def test_nothing_in_the_template_of_aws_is_there_for_the_emulator(template: Template) -> None:
    text = json.dumps(template.body).lower().replace(COMMAND_LINE, "")

    assert not [w for w in ("emulator", "ministack", "localhost", "000000000000") if w in text]


def test_the_deployment_runs_no_custom_resource(template: Template) -> None:
    kinds = {resource["Type"] for resource in template.resources.values()}

    assert not [k for k in kinds if k.startswith("Custom::") or k.endswith("::CustomResource")]
    assert len(template.functions()) == len(template.of_type("Lambda::Function"))
    assert len(template.functions()) == len(ACTIVITIES) + len(
        (
            *("api", "webhook", "reports", "sweep", "stopped", "publish", "export"),
            *("sweep-histories", "compare-payments"),
        )
    )


def test_an_unacknowledged_finding_fails_the_synthesis(tmp_path: Path) -> None:
    cdk = cdk_app(tmp_path)
    stack = build(cdk)
    sqs.Queue(stack, "Careless", encryption=sqs.QueueEncryption.UNENCRYPTED)

    with pytest.raises(RuntimeError) as refused:
        cdk.synth()

    assert "Careless" in str(refused.value)
    for finding in ("AwsSolutions-SQS2", "AwsSolutions-SQS4", "Serverless-SQSRedrivePolicy"):
        assert finding in str(refused.value)


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "us-iso-east-1"])
def test_another_partition_is_refused_before_anything_is_synthesised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, region: str
) -> None:
    """The CDK command line names the region of the credentials in this variable."""
    monkeypatch.setenv("CDK_DEFAULT_REGION", region)

    with pytest.raises(ValueError, match=f"region {region} is not in the partition aws"):
        build(cdk_app(tmp_path))


NAMES = {
    "DynamoDB::GlobalTable": "TableName",
    "Logs::LogGroup": "LogGroupName",
    "S3::Bucket": "BucketName",
    "StepFunctions::StateMachine": "StateMachineName",
}


def test_what_a_deleted_stack_leaves_behind_takes_no_name_from_the_next(staging: Template) -> None:
    """A user pool's name need not be unique; versions belong to what they are versions of."""
    kept = {
        resource["Type"].removeprefix("AWS::")
        for resource in staging.resources.values()
        if resource.get("DeletionPolicy", "Delete") != "Delete"
    }
    assert kept == {
        "Cognito::UserPool",
        "DynamoDB::GlobalTable",
        "Lambda::LayerVersion",
        "Lambda::Version",
        "Logs::LogGroup",
        "S3::Bucket",
        "StepFunctions::StateMachineVersion",
    }
    for kind, name in NAMES.items():
        if kind in kept:
            for properties in staging.properties(kind):
                assert "<StackId>" in text(properties.get(name, "<StackId>"))


def test_a_failed_first_deployment_deletes_nothing_that_is_protected(staging: Template) -> None:
    """RetainExceptOnCreate would try to, be refused, and end in ROLLBACK_FAILED."""
    protected = [
        resource
        for resource in staging.resources.values()
        if '"DeletionProtection' in json.dumps(resource.get("Properties", {}))
    ]

    assert len(protected) == 5
    assert {resource["DeletionPolicy"] for resource in protected} == {"Retain"}


def test_what_is_global_in_an_account_is_named_by_region(template: Template) -> None:
    name = template.only("CloudWatch::Dashboard")["Properties"]["DashboardName"]

    assert text(name) == f"{template.stack_name}-<Region>"


def test_a_sender_outlives_the_setting_that_created_it(dev: Template, full: Template) -> None:
    assert not dev.of_type("SES::EmailIdentity")
    assert full.only("SES::EmailIdentity")["DeletionPolicy"] == "RetainExceptOnCreate"


LINTED = (
    "full",
    *(
        pytest.param(one, marks=pytest.mark.proof)
        for one in ("production", "staging", "dev_with_key")
    ),
)
"""`make check` lints the template of dev."""


@pytest.mark.parametrize("deployment", LINTED)
def test_cfn_lint_accepts_every_deployment(request: pytest.FixtureRequest, deployment: str) -> None:
    template: Template = request.getfixturevalue(deployment)
    file = template.directory / f"{template.stack_name}.template.json"

    found = lint_file(file, config=ManualArgs(ignore_checks=["W3005"]))

    assert [str(one) for one in found] == []
