"""Inventory and customers of another service: who may read its token, and who lost which table."""

import pytest

from tests.infrastructure.synthesis import Synthesis
from tests.infrastructure.template import Template

ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:orders/{}-Ab12Cd"
PAYMENT = {
    "payment_provider": "stripe",
    "payment_secret_arn": ARN.format("stripe"),
    "payment_webhook_secret_arn": ARN.format("webhook"),
}
READ_SECRET = "secretsmanager:GetSecretValue"
URLS = {
    "inventory": "https://stock.shop.internal/v1",
    "customers": "https://customers.shop.internal",
}
USERS = {
    "inventory": {
        "fetch-inventory-snapshot",
        "fetch-recommendations",
        "reserve-stock",
        "apply-signals",
        "update-order-status",
        "release-stock",
        "api",
    },
    "customers": {
        "fetch-customer-profile",
        "send-order-confirmation",
        "send-cancellation-email",
        "api",
    },
}


@pytest.fixture(scope="module")
def served(synthesise: Synthesis) -> Template:
    """Production, with both services."""
    return synthesise(
        environment="production",
        alarm_email="oncall@shop.internal",
        inventory_url=URLS["inventory"],
        inventory_secret_arn=ARN.format("inventory"),
        customers_url=URLS["customers"],
        customers_secret_arn=ARN.format("customers"),
        **PAYMENT,
    )


@pytest.mark.parametrize("service", USERS)
def test_only_the_users_of_a_service_read_its_token(served: Template, service: str) -> None:
    arn = ARN.format(service)
    readers, knowing = set(), set()
    for name, properties in served.functions().items():
        variables = properties["Environment"]["Variables"]
        if (READ_SECRET, arn) in served.granted_to(properties["Role"]):
            readers.add(name)
        if variables.get(f"{service.upper()}_SECRET_ARN") == arn:
            assert variables[f"{service.upper()}_URL"] == URLS[service]
            knowing.add(name)

    assert readers == knowing == USERS[service]


def test_no_function_uses_the_tables_that_the_services_replace(served: Template) -> None:
    for properties in served.functions().values():
        granted = {resource for _, resource in served.granted_to(properties["Role"])}
        assert not granted & {"<TablesInventory>", "<TablesCustomers>"}
        variables = properties["Environment"]["Variables"]
        assert not variables.keys() & {"INVENTORY_TABLE", "CUSTOMERS_TABLE"}


def test_one_service_leaves_the_other_table(synthesise: Synthesis) -> None:
    template = synthesise(
        customers_url=URLS["customers"],
        customers_secret_arn=ARN.format("customers"),
    )
    sweep = template.functions()["janitor-sweep"]

    assert "INVENTORY_TABLE" in sweep["Environment"]["Variables"]
    assert ("dynamodb:UpdateItem", "<TablesInventory>") in template.granted_to(sweep["Role"])


def test_the_emulator_may_call_a_service_without_encryption(synthesise: Synthesis) -> None:
    url = "http://127.0.0.1:8000"
    local = synthesise(
        target="emulator", inventory_url=url, inventory_secret_arn=ARN.format("inventory")
    )

    assert local.functions()["api"]["Environment"]["Variables"]["INVENTORY_URL"] == url
