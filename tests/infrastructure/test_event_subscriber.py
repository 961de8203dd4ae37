"""Signed webhooks to a subscriber: a queue between the bus and the function, and dead letters."""

import pytest

from tests.infrastructure.synthesis import Synthesis
from tests.infrastructure.template import Template

URL = "https://crm.shop.internal/events"
ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:orders/subscriber-Ab12Cd"


@pytest.fixture(scope="module")
def subscribed(synthesise: Synthesis) -> Template:
    return synthesise(
        environment="staging",
        alarm_email="oncall@shop.internal",
        subscriber_url=URL,
        subscriber_secret_arn=ARN,
    )


def test_only_the_function_that_delivers_reads_the_signing_secret(subscribed: Template) -> None:
    for name, properties in subscribed.functions().items():
        reads = ("secretsmanager:GetSecretValue", ARN) in subscribed.granted_to(properties["Role"])
        knows = properties["Environment"]["Variables"].get("SUBSCRIBER_URL")
        assert (reads, knows) == ((True, URL) if name == "deliver-events" else (False, None))


def test_it_uses_no_table_and_no_other_queue(subscribed: Template) -> None:
    granted = subscribed.granted_to(subscribed.functions()["deliver-events"]["Role"])

    assert {
        (action.partition(":")[0], resource)
        for action, resource in granted
        if not action.startswith(("logs:", "xray:"))
    } == {("secretsmanager", ARN), ("sqs", "<SubscriberQueue>")}


def test_every_event_is_queued_and_repeated_before_it_is_a_dead_letter(
    subscribed: Template,
) -> None:
    [queue_id] = [name for name in subscribed.of_type("SQS::Queue") if "SubscriberQueue" in name]
    queue = subscribed.resources[queue_id]["Properties"]
    [target] = [
        target
        for rule in subscribed.properties("Events::Rule")
        for target in rule["Targets"]
        if target["Arn"] == {"Fn::GetAtt": [queue_id, "Arn"]}
    ]
    function = subscribed.functions()["deliver-events"]

    dead_letters = queue["RedrivePolicy"]["deadLetterTargetArn"]
    assert "EventFailures" in dead_letters["Fn::GetAtt"][0]
    assert target["DeadLetterConfig"]["Arn"] == dead_letters
    assert target["InputPath"] == "$.detail"
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 20
    assert queue["VisibilityTimeout"] == 6 * function["Timeout"]


def test_without_the_setting_there_is_no_function_for_it(template: Template) -> None:
    assert "deliver-events" not in template.functions()
