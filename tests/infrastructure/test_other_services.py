"""Services outside of the stack: who may read their secrets, and what replaces which table."""

import re
from importlib.metadata import distributions
from typing import NamedTuple

import pytest

from tests.infrastructure.synthesis import (
    PAYMENT_SECRET,
    SECRET,
    SERVICES,
    STRIPE,
    SUBSCRIBER_SECRET,
    SUBSCRIBER_URL,
    WEBHOOK_SECRET,
    Synthesis,
)
from tests.infrastructure.template import Template
from tests.support.definition import ROOT

PAYING = {"process-payment", "refund-payment", "payment-webhook", "compare-payments"}
MOVING_STOCK = {"reserve-stock", "apply-signals", "update-order-status", "release-stock"}
READING_STOCK = {"fetch-inventory-snapshot", "fetch-recommendations"}
MAILING = {"send-order-confirmation", "send-cancellation-email"}


class Service(NamedTuple):
    """A secret, the functions that read it, and the variables that only they have."""

    secret: str
    users: set[str]
    variables: dict[str, str]


def called(name: str, users: set[str]) -> Service:
    url, secret = SERVICES[f"{name}_url"], SERVICES[f"{name}_secret_arn"]
    return Service(
        secret, users, {f"{name.upper()}_URL": url, f"{name.upper()}_SECRET_ARN": secret}
    )


CALLED = {
    "payments": Service(
        PAYMENT_SECRET,
        PAYING,
        {"PAYMENT_SECRET_ARN": PAYMENT_SECRET, "PAYMENT_PROVIDER": "stripe"},
    ),
    "webhook": Service(
        WEBHOOK_SECRET, {"payment-webhook"}, {"PAYMENT_WEBHOOK_SECRET_ARN": WEBHOOK_SECRET}
    ),
    "inventory": called("inventory", {"api", *MOVING_STOCK, *READING_STOCK}),
    "customers": called("customers", {"api", "fetch-customer-profile", *MAILING}),
    "subscriber": Service(
        SUBSCRIBER_SECRET, {"deliver-events"}, {"SUBSCRIBER_URL": SUBSCRIBER_URL}
    ),
}


@pytest.mark.parametrize("name", CALLED)
def test_only_the_users_of_a_service_read_its_secret_and_know_where_it_is(
    production: Template, name: str
) -> None:
    secret, users, variables = CALLED[name]
    nothing = dict.fromkeys(variables)
    for function, properties in production.functions().items():
        granted = production.granted_to(properties["Role"])
        given = properties["Environment"]["Variables"]
        assert (("secretsmanager:GetSecretValue", secret) in granted) is (function in users)
        known = {variable: given.get(variable) for variable in variables}
        assert known == (variables if function in users else nothing), function


def test_no_function_reads_another_secret(production: Template) -> None:
    read = {
        resource
        for properties in production.functions().values()
        for action, resource in production.granted_to(properties["Role"])
        if action.startswith("secretsmanager:")
    }

    assert read == {service.secret for service in CALLED.values()}


def test_no_function_uses_the_tables_that_services_replace(production: Template) -> None:
    for properties in production.functions().values():
        granted = {resource for _, resource in production.granted_to(properties["Role"])}
        assert not granted & {"<TablesInventory>", "<TablesCustomers>", "<TablesPayments>"}
        variables = properties["Environment"]["Variables"]
        assert not variables.keys() & {"INVENTORY_TABLE", "CUSTOMERS_TABLE", "PAYMENTS_TABLE"}


def test_one_service_leaves_the_other_table(dev_with_key: Template) -> None:
    sweep = dev_with_key.functions()["janitor-sweep"]

    assert "INVENTORY_TABLE" in sweep["Environment"]["Variables"]
    assert ("dynamodb:UpdateItem", "<TablesInventory>") in dev_with_key.granted_to(sweep["Role"])


def test_the_emulator_may_call_services_without_encryption(synthesise: Synthesis) -> None:
    provider, stock = "http://stripe.invalid", "http://127.0.0.1:8000"
    local = synthesise(
        **STRIPE,
        target="emulator",
        payment_api_url=provider,
        inventory_url=stock,
        inventory_secret_arn=SECRET.format("inventory"),
    )

    for name, properties in local.functions().items():
        known = properties["Environment"]["Variables"].get("PAYMENT_API_URL")
        assert known == (provider if name in PAYING else None)
    assert local.functions()["api"]["Environment"]["Variables"]["INVENTORY_URL"] == stock


def test_only_the_payment_functions_have_the_sdk_and_its_layer_outlives_the_stack(
    production: Template,
) -> None:
    layers = production.of_type("Lambda::LayerVersion").items()
    [(payment, layer)] = [one for one in layers if one[0].startswith("PaymentLibraries")]
    folder = production.package(layer["Properties"]["Content"]) / "python"
    lock = (ROOT / "requirements/stripe.txt").read_text()

    for name, properties in production.functions().items():
        assert ({"Ref": payment} in properties["Layers"]) == (name in PAYING)
        assert len(properties["Layers"]) == 1 + (name in PAYING)
    installed = {
        distribution.name.lower().replace("_", "-")
        for distribution in distributions(path=[str(folder)])
    }
    assert installed == set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    assert layer["DeletionPolicy"] == "Retain"


def test_the_function_that_delivers_events_uses_no_table_and_no_other_queue(
    production: Template, template: Template
) -> None:
    granted = production.granted_to(production.functions()["deliver-events"]["Role"])

    assert {
        (action.partition(":")[0], resource)
        for action, resource in granted
        if not action.startswith(("logs:", "xray:", "kms:"))
    } == {("secretsmanager", SUBSCRIBER_SECRET), ("sqs", "<SubscriberQueue>")}
    assert "deliver-events" not in template.functions()  # they have no subscriber


def test_every_event_is_queued_and_repeated_before_it_is_a_dead_letter(
    production: Template,
) -> None:
    [queue_id] = [name for name in production.of_type("SQS::Queue") if "SubscriberQueue" in name]
    queue = production.resources[queue_id]["Properties"]
    [target] = [
        target
        for rule in production.properties("Events::Rule")
        for target in rule["Targets"]
        if target["Arn"] == {"Fn::GetAtt": [queue_id, "Arn"]}
    ]

    dead_letters = queue["RedrivePolicy"]["deadLetterTargetArn"]
    assert "EventFailures" in dead_letters["Fn::GetAtt"][0]
    assert target["DeadLetterConfig"]["Arn"] == dead_letters
    assert target["InputPath"] == "$.detail"
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 20
    assert queue["VisibilityTimeout"] == 6 * production.functions()["deliver-events"]["Timeout"]
