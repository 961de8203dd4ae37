"""Runs the functions beside the activities through every call that they can make."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3

from lambdas.adapters.dynamodb.attribute_values import to_item
from lambdas.adapters.orders.order_records import order_key
from lambdas.adapters.sandbox.webhook import SIGNATURE_HEADER
from lambdas.adapters.signed_reports import sign
from lambdas.handlers import (
    comparison_handler,
    history_handler,
    janitor_handler,
    mail_reports_handler,
    order_events_handler,
    webhook_handler,
)
from tests.infrastructure.grants.activities import running_in
from tests.infrastructure.grants.api import BUCKET, call_every_route, create_bucket
from tests.infrastructure.grants.recorder import Recorder
from tests.workflow.faults import SDK_ATTEMPTS, dropped, refused
from tests.workflow.scenarios.approvals import HAPPY
from tests.workflow.scenarios.runner import run_scenario
from tests.workflow.scenarios.scenario import Scenario, Step
from tests.workflow.scenarios.steps import (
    approve,
    cancel,
    inject_fault,
    let_pass,
    lose_execution,
    provider_reports,
    provider_settles,
    refund_fails_later,
)
from tests.workflow.world import World, a_world

BUS = "events"
SETTLED_SECONDS = 16 * 60


def run_functions(recorder: Recorder) -> None:
    """Run the scenarios in which each function has work, and call every route."""
    scenarios = (
        _swept(recorder),
        _stopped(recorder),
        _paid_later(recorder),
        _compared(recorder),
        _exported(recorder),
    )
    for scenario in scenarios:
        with a_world(recorder.install) as world:
            recorder.activity = running_in(world)
            run_scenario(scenario, world)
    recorder.activity = lambda: None
    call_every_route(recorder)


def _swept(recorder: Recorder) -> Scenario:
    """A lost start, a lost doorbell, stock that is no longer busy, and repeated takeovers."""
    sweep = _in(recorder, "janitor-sweep", lambda _: janitor_handler.sweep({}, None))
    return Scenario(
        name="swept",
        faults=(refused("sfn.StartExecution", times=SDK_ATTEMPTS),),
        script=(
            _lend,
            let_pass(61),
            sweep,
            inject_fault(dropped("sfn.SendTaskSuccess", times=1)),
            approve(revision=9),
            let_pass(61),
            sweep,
            _taken_over_twice,
            lose_execution(),
            approve(revision=9),
            let_pass(SETTLED_SECONDS),
            sweep,
        ),
        ends=HAPPY.ends,
    )


def _stopped(recorder: Recorder) -> Scenario:
    """The execution of a waiting order that was taken over twice."""

    def stop(world: World) -> None:
        event = {"detail": {"name": world.order().execution}}
        janitor_handler.on_execution_stopped(event, None)

    react = _in(recorder, "janitor-execution-stopped", stop)
    return Scenario(
        name="stopped", script=(_taken_over_twice, lose_execution(), react), ends=HAPPY.ends
    )


def _paid_later(recorder: Recorder) -> Scenario:
    """Reports of a forged, a settled and a disputed payment."""

    def report(world: World, *, forged: bool = False) -> None:
        reported = {"id": "1", "kind": "captured", "reference": f"pay:{world.order_id}"}
        body, webhook = json.dumps(reported), world.deps.payment_webhook
        secret = "forged" if forged else webhook.secret()  # type: ignore[attr-defined]
        signature = sign(secret, body, world.engine.clock.now() // 1000)
        headers = {SIGNATURE_HEADER: signature}
        with recorder.running("payment-webhook"):
            answer = webhook_handler.receive({"body": body, "headers": headers}, None)
        assert answer["statusCode"] == (400 if forged else 200)

    return Scenario(
        name="paid later",
        payment_method="pm_processing",
        script=(
            lambda world: report(world, forged=True),
            approve(),
            cancel(),
            provider_settles(),
            report,
            let_pass(SETTLED_SECONDS),
            refund_fails_later(),
            report,
        ),
        ends=HAPPY.ends,
    )


def _compared(recorder: Recorder) -> Scenario:
    """A cancelled order whose refunded payment the provider captures when it is looked up."""

    def compare(world: World) -> None:
        placed = datetime.fromtimestamp(world.order().created_at / 1000, UTC).date()
        done = comparison_handler.compare({"date": placed.isoformat()}, None)
        assert done["payments"] == {"different": 1}

    return Scenario(
        name="compared",
        payment_method="pm_processing",
        script=(
            approve(),
            cancel(),
            provider_settles(),
            provider_reports("recorded"),
            let_pass(SETTLED_SECONDS),
            _reopen_payment,
            _in(recorder, "compare-payments", compare),
        ),
        ends=HAPPY.ends,
    )


def _exported(recorder: Recorder) -> Scenario:
    """The events and the history of a completed order."""

    def connect(world: World) -> None:
        boto3.client("events").create_event_bus(Name=BUS)
        create_bucket()
        world.deps.settings = world.deps.settings._replace(
            event_bus_name=BUS, histories_bucket=BUCKET
        )

    def publish(world: World) -> None:
        keys = to_item(order_key(world.order_id))
        found = boto3.client("dynamodb").get_item(TableName="orders", Key=keys)
        change = {"Keys": keys, "NewImage": found["Item"]}
        order_events_handler.publish({"Records": [{"dynamodb": change}]}, None)

    def export(world: World) -> None:
        body = json.dumps({"execution": world.order().execution})
        failed = history_handler.export({"Records": [{"messageId": "1", "body": body}]}, None)
        assert failed == {"batchItemFailures": []}

    def bounce(world: World) -> None:
        report = {"mail": ["mail-confirmation"], "delivery": "bounced", "bounce_type": "Permanent"}
        found = mail_reports_handler.record({"order_id": [world.order_id], **report}, None)
        assert found == {"recorded": True}

    def sweep(_: World) -> None:
        assert history_handler.sweep({}, None) == {"exported": 1}

    return Scenario(
        name="exported",
        script=(
            connect,
            approve(),
            _in(recorder, "publish-events", publish),
            _in(recorder, "export-histories", export),
            _in(recorder, "record-mail-reports", bounce),
            _delete_histories,
            let_pass(SETTLED_SECONDS),
            _in(recorder, "sweep-histories", sweep),
        ),
        ends=HAPPY.ends,
    )


def _in(recorder: Recorder, function: str, run: Callable[[World], object]) -> Step:
    def step(world: World) -> None:
        with recorder.running(function):
            run(world)

    return step


def _lend(world: World) -> None:
    shards: Any = world.deps.stock_shards
    assert shards.lend("MUG-RED", 0, 5, world.engine.clock.now())


def _reopen_payment(world: World) -> None:
    boto3.client("dynamodb").update_item(
        TableName="payments",
        Key=to_item({"payment_key": f"pay:{world.order_id}"}),
        UpdateExpression="SET #state = :pending, pending_until = :past REMOVE captured_at",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues=to_item({":pending": "pending", ":past": 0}),
    )


def _delete_histories(_: World) -> None:
    client = boto3.client("s3")
    for found in client.list_objects_v2(Bucket=BUCKET)["Contents"]:
        client.delete_object(Bucket=BUCKET, Key=found["Key"])


def _taken_over_twice(world: World) -> None:
    values = to_item({":two": 2, ":at": world.engine.clock.now() - 3_600_000})
    boto3.client("dynamodb").update_item(
        TableName="orders",
        Key=to_item(order_key(world.order_id)),
        UpdateExpression="SET takeovers = :two, taken_over_at = :at",
        ExpressionAttributeValues=values,
    )
