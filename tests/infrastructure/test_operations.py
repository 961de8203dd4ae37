from collections.abc import Mapping
from typing import Any

from stacks.monitoring.saved_queries import QUERIES
from tests.infrastructure.template import Template, text
from tests.support.definition import ROOT


def rules_of(template: Template, construct: str) -> list[Mapping[str, Any]]:
    """The EventBridge rules whose target belongs to a construct."""
    rules = template.properties("Events::Rule")
    return [rule for rule in rules if text(rule["Targets"][0]["Arn"]).startswith(f"<{construct}")]


def test_queues_are_encrypted_and_refuse_plain_connections(template: Template) -> None:
    queues = template.of_type("SQS::Queue")
    for queue in queues.values():
        assert queue["Properties"]["SqsManagedSseEnabled"] is True
    for policy in template.properties("SQS::QueuePolicy"):
        first = policy["PolicyDocument"]["Statement"][0]
        assert (first["Effect"], first["Condition"]) == (
            "Deny",
            {"Bool": {"aws:SecureTransport": "false"}},
        )
    policed = {p["Queues"][0]["Ref"] for p in template.properties("SQS::QueuePolicy")}
    assert policed == set(queues)


def test_what_operators_do_not_read_in_time_is_kept_in_a_dead_letter_queue(
    template: Template,
) -> None:
    queues = [q for q in template.properties("SQS::Queue") if "RedrivePolicy" in q]

    assert len(queues) == len(("operations", "histories"))
    for queue in queues:
        unread = queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        assert template.resources[unread]["Type"] == "AWS::SQS::Queue"
        assert queue["RedrivePolicy"]["maxReceiveCount"] == 5


def test_alarms_are_mailed_when_an_address_is_given(dev: Template, staging: Template) -> None:
    assert dev.of_type("SNS::Subscription") == {}
    subscription = staging.only("SNS::Subscription")["Properties"]
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "oncall@shop.internal")


def test_the_janitor_sweeps_every_minute_and_gets_every_failed_execution(
    template: Template,
) -> None:
    rules = rules_of(template, "Janitor")
    (schedule,) = (rule["ScheduleExpression"] for rule in rules if "ScheduleExpression" in rule)
    (pattern,) = (rule["EventPattern"] for rule in rules if "EventPattern" in rule)

    assert schedule == "rate(1 minute)"
    assert pattern["detail-type"] == ["Step Functions Execution Status Change"]
    assert pattern["detail"]["status"] == ["FAILED", "TIMED_OUT", "ABORTED"]
    machine, qualified = pattern["detail"]["stateMachineArn"]
    assert text(machine).endswith(f":stateMachine:{template.stack_name}")
    assert text(qualified["prefix"]) == f"{text(machine)}:"


def test_events_that_the_janitor_could_not_handle_are_kept(template: Template) -> None:
    queues = set()
    for rule in rules_of(template, "Janitor"):
        (target,) = rule["Targets"]
        queues.add(target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0])
        assert "MaximumRetryAttempts" in target["RetryPolicy"]
    for name in ("janitor-sweep", "janitor-execution-stopped"):
        config = template.functions()[name]["DeadLetterConfig"]
        queues.add(config["TargetArn"]["Fn::GetAtt"][0])
    assert len(queues) == 1


def test_saved_queries_read_the_logs_of_every_function_and_of_the_workflow(
    template: Template,
) -> None:
    functions = template.functions().values()
    groups = {properties["LoggingConfig"]["LogGroup"]["Ref"] for properties in functions}
    others = {"/aws/vendedlogs/states/", "/aws/events/"}
    for query in template.properties("Logs::QueryDefinition"):
        read = {one["Ref"] for one in query["LogGroupNames"]}
        assert groups < read
        names = [text(template.properties_of(one)["LogGroupName"]) for one in read - groups]
        assert all(any(name.startswith(other) for name in names) for other in others)


def test_the_runbook_names_every_saved_query(template: Template) -> None:
    names = {query["Name"] for query in template.properties("Logs::QueryDefinition")}
    runbook = (ROOT / "docs/operations.md").read_text()

    assert names == {f"{template.stack_name}/{name}" for name in QUERIES}
    assert [name for name in QUERIES if f"*{name}*" not in runbook] == []


def test_histories_are_stored_encrypted_private_and_for_a_limited_time(
    template: Template, full: Template
) -> None:
    (bucket,) = template.properties("S3::Bucket")

    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == 730
    assert "VersioningConfiguration" not in bucket
    (kept,) = full.properties("S3::Bucket")
    assert kept["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == 90
    (policy,) = template.properties("S3::BucketPolicy")
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert (statement["Effect"], statement["Action"]) == ("Deny", "s3:*")


def test_every_end_of_an_execution_is_exported_with_its_name_only(template: Template) -> None:
    (rule,) = (one for one in rules_of(template, "Histories") if "EventPattern" in one)
    (target,) = rule["Targets"]

    assert rule["EventPattern"]["detail"]["status"] == [
        *("SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")
    ]
    assert target["InputTransformer"]["InputPathsMap"] == {"detail-name": "$.detail.name"}
    (mapping,) = (
        one for one in template.properties("Lambda::EventSourceMapping") if "ScalingConfig" in one
    )
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 2}
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
