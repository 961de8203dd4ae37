"""Production with a real payment provider: its secrets and its SDK are for four functions only."""

import re
from importlib.metadata import distributions

from tests.infrastructure.synthesis import PAYMENT_SECRET as ARN
from tests.infrastructure.synthesis import WEBHOOK_SECRET as WEBHOOK_ARN
from tests.infrastructure.synthesis import Synthesis
from tests.infrastructure.template import Template
from tests.support.definition import ROOT

PAYING = {"process-payment", "refund-payment", "payment-webhook", "compare-payments"}


def test_only_the_payment_functions_read_the_secret(production: Template) -> None:
    readers = {
        name
        for name, properties in production.functions().items()
        if ("secretsmanager:GetSecretValue", ARN) in production.granted_to(properties["Role"])
    }
    found = [one for one in production.properties("IAM::Policy") if "secretsmanager" in str(one)]

    assert readers == PAYING
    assert len(found) == len(PAYING)


def test_only_the_webhook_reads_its_signing_secret(production: Template) -> None:
    for name, properties in production.functions().items():
        granted = production.granted_to(properties["Role"])
        reads = ("secretsmanager:GetSecretValue", WEBHOOK_ARN) in granted
        knows = properties["Environment"]["Variables"].get("PAYMENT_WEBHOOK_SECRET_ARN")
        assert (reads, knows) == (
            (True, WEBHOOK_ARN) if name == "payment-webhook" else (False, None)
        )


def test_only_the_payment_functions_know_the_secret_and_the_provider(
    production: Template,
) -> None:
    for name, properties in production.functions().items():
        variables = properties["Environment"]["Variables"]
        known = (variables.get("PAYMENT_SECRET_ARN"), variables.get("PAYMENT_PROVIDER"))
        assert known == ((ARN, "stripe") if name in PAYING else (None, None))


def test_no_function_uses_the_table_of_the_sandbox(production: Template) -> None:
    for properties in production.functions().values():
        granted = {resource for _, resource in production.granted_to(properties["Role"])}
        assert "<TablesPayments>" not in granted
        assert "PAYMENTS_TABLE" not in properties["Environment"]["Variables"]


def test_only_the_payment_functions_have_the_sdk(production: Template) -> None:
    layers = production.of_type("Lambda::LayerVersion")
    [payment] = [name for name in layers if name.startswith("PaymentLibraries")]
    for name, properties in production.functions().items():
        assert ({"Ref": payment} in properties["Layers"]) == (name in PAYING)
        assert len(properties["Layers"]) == 1 + (name in PAYING)


def test_the_layer_of_the_sdk_holds_its_lock_file_and_outlives_the_stack(
    production: Template,
) -> None:
    layers = production.of_type("Lambda::LayerVersion").items()
    [layer] = [layer for name, layer in layers if name.startswith("PaymentLibraries")]
    folder = production.package(layer["Properties"]["Content"]) / "python"
    lock = (ROOT / "requirements/stripe.txt").read_text()

    installed = {one.name.lower().replace("_", "-") for one in distributions(path=[str(folder)])}

    assert installed == set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    assert layer["DeletionPolicy"] == "Retain"


def test_on_the_emulator_only_the_payment_functions_know_another_address_of_the_provider(
    synthesise: Synthesis,
) -> None:
    url = "http://stripe.invalid"
    local = synthesise(
        target="emulator",
        payment_provider="stripe",
        payment_api_url=url,
        payment_secret_arn=ARN,
        payment_webhook_secret_arn=WEBHOOK_ARN,
    )

    for name, properties in local.functions().items():
        known = properties["Environment"]["Variables"].get("PAYMENT_API_URL")
        assert known == (url if name in PAYING else None)
