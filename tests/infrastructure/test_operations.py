from stacks.saved_queries import QUERIES
from tests.infrastructure.template import Template, text
from tests.support.definition import ROOT


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
    (queue,) = (q for q in template.properties("SQS::Queue") if "RedrivePolicy" in q)
    unread = queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]

    assert template.resources[unread]["Type"] == "AWS::SQS::Queue"
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 5


def test_alarms_are_mailed_when_an_address_is_given(dev: Template, staging: Template) -> None:
    assert dev.of_type("SNS::Subscription") == {}
    subscription = staging.only("SNS::Subscription")["Properties"]
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "oncall@shop.internal")


def test_the_janitor_sweeps_every_minute_and_hears_of_every_bad_end(template: Template) -> None:
    rules = template.properties("Events::Rule")
    (schedule,) = (rule["ScheduleExpression"] for rule in rules if "ScheduleExpression" in rule)
    patterns = [rule["EventPattern"] for rule in rules if "EventPattern" in rule]
    (pattern,) = (one for one in patterns if one["source"] == ["aws.states"])

    assert schedule == "rate(1 minute)"
    assert pattern["detail-type"] == ["Step Functions Execution Status Change"]
    assert pattern["detail"]["status"] == ["FAILED", "TIMED_OUT", "ABORTED"]
    machine, qualified = pattern["detail"]["stateMachineArn"]
    assert text(machine).endswith(f":stateMachine:{template.stack_name}")
    assert text(qualified["prefix"]) == f"{text(machine)}:"


def test_events_that_the_janitor_could_not_handle_are_kept(template: Template) -> None:
    queues = set()
    for rule in template.properties("Events::Rule"):
        (target,) = rule["Targets"]
        if "EventBusName" in rule:
            continue
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
