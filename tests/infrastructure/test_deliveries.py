"""A queue or topic with a resource policy admits the services that publish to it, and no others."""

from collections.abc import Iterator

from tests.infrastructure.template import Statement, Template

PUBLISH = {"SNS::Topic": "sns:Publish", "SQS::Queue": "sqs:SendMessage"}


def deliveries(template: Template) -> Iterator[tuple[str, str]]:
    """(logical id of a queue or topic, service principal that publishes to it)."""
    for alarm in template.properties("CloudWatch::Alarm"):
        for kind in ("AlarmActions", "OKActions", "InsufficientDataActions"):
            for action in alarm.get(kind, []):
                yield action["Ref"], "cloudwatch.amazonaws.com"
    for rule in template.properties("Events::Rule"):
        for target in rule["Targets"]:
            yield target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0], "events.amazonaws.com"


def admitted(
    template: Template, resource_id: str
) -> Iterator[tuple[str, dict[str, dict[str, str]]]]:
    """(service principal, condition) of each Allow statement to publish to the resource."""
    kind = template.resources[resource_id]["Type"].removeprefix("AWS::")
    for policy in template.properties(f"{kind}Policy"):
        if {"Ref": resource_id} in policy.get("Topics", policy.get("Queues")):
            for statement in policy["PolicyDocument"]["Statement"]:
                if statement["Effect"] == "Allow" and statement["Action"] == PUBLISH[kind]:
                    yield statement["Principal"]["Service"], statement["Condition"]


def test_every_service_that_publishes_is_admitted(template: Template) -> None:
    found = set(deliveries(template))

    assert {service for _, service in found} == {
        "cloudwatch.amazonaws.com",
        "events.amazonaws.com",
    }
    for resource_id, service in found:
        assert service in dict(admitted(template, resource_id)), f"{service} -> {resource_id}"


def test_no_service_of_another_account_can_publish(template: Template) -> None:
    """Each Allow names the source: an account, or the ARN of one rule."""
    for resource_id, service in set(deliveries(template)):
        condition = dict(admitted(template, resource_id))[service]
        ((operator, source),) = condition.items()
        assert operator in ("StringEquals", "ArnEquals")
        assert set(source) <= {"aws:SourceAccount", "aws:SourceArn"}


def test_functions_with_a_dead_letter_queue_may_send_to_it(template: Template) -> None:
    """Lambda sends with the function's role, not as a service."""
    for properties in template.properties("Lambda::Function"):
        if "DeadLetterConfig" in properties:
            queue = properties["DeadLetterConfig"]["TargetArn"]["Fn::GetAtt"][0]
            sent: Statement = ("sqs:SendMessage", f"<{queue[:-8]}>")
            assert sent in template.granted_to(properties["Role"])
