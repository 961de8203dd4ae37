"""Limits the modules and dataclasses of each activity, because they make cold starts longer. They
are counted in a new interpreter.
"""

import json
import subprocess
import sys

import pytest

from bench.cold_start.programs import ACTIVITIES, ENVIRONMENT
from tests.support.definition import ROOT

MAX_MODULES = 360
FORBIDDEN = ("pydantic", "requests", "stripe", "aws_xray_sdk", "boto3", "opentelemetry")

MAX_DATACLASSES = 22
MAX_PAYMENT_DATACLASSES = 26
UNUSED = {
    "lambdas.domain.ports",
    "lambdas.domain.payment_differences",
    "lambdas.domain.workflow_versions",
    "lambdas.domain.record.outside",
}
"""Modules that activities use in annotations only, or not at all."""

PORTS = {
    "enrichment": ("orders", "catalogue", "customers"),
    "inventory": ("orders",),
    "approval": ("orders", "catalogue", "engine"),
    "payment": ("orders", "payments"),
    "order_status": ("orders", "operations"),
    "notification": ("orders", "customers", "notifier"),
}
"""Module -> the ports that its activities use. A port's client is created at the first call."""

SCRIPT = """
import importlib, json, sys
bare = set(sys.modules)
importlib.import_module("lambdas.activities." + sys.argv[1])
from lambdas.dependencies import dependencies
for port in sys.argv[2:]:
    getattr(dependencies(), port)
loaded = sorted(set(sys.modules) - bare)
classes = [
    value
    for name in loaded
    if name.startswith("lambdas.")
    for value in vars(sys.modules[name]).values()
    if isinstance(value, type) and value.__module__ == name
]
dataclasses = [one.__name__ for one in classes if "__dataclass_fields__" in vars(one)]
print(json.dumps([loaded, dataclasses]))
"""


def loaded_by(module: str) -> tuple[list[str], list[str]]:
    """The loaded modules, and the dataclasses of the project."""
    command = [sys.executable, "-c", SCRIPT, module, *PORTS[module]]
    answer = subprocess.run(
        command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    loaded, dataclasses = json.loads(answer.stdout)
    return loaded, dataclasses


@pytest.mark.parametrize("module", sorted(PORTS))
def test_an_activity_loads_few_modules_and_dataclasses_and_no_unused_ones(module: str) -> None:
    loaded, dataclasses = loaded_by(module)
    pays = module == "payment"

    assert {f"lambdas.activities.{module}", "botocore.client"} <= set(loaded)
    assert [name for name in loaded if name.split(".")[0] in FORBIDDEN] == []
    assert UNUSED & set(loaded) == set()
    assert len(loaded) <= MAX_MODULES
    assert ("lambdas.domain.payments" in loaded) is pays
    assert len(dataclasses) <= (MAX_PAYMENT_DATACLASSES if pays else MAX_DATACLASSES), dataclasses


def test_every_activity_module_is_limited_and_measured() -> None:
    modules = {file.stem for file in (ROOT / "lambdas" / "activities").glob("[a-z]*.py")}

    assert modules == set(PORTS) == set(ACTIVITIES)


INITIALISE = """
from lambdas.activities import payment
from lambdas.dependencies import dependencies
print("_dynamodb" in vars(dependencies()))
"""


@pytest.mark.parametrize(
    ("variables", "constructed"),
    [
        ({"AWS_LAMBDA_FUNCTION_NAME": "process-payment"}, "True"),
        ({"AWS_LAMBDA_FUNCTION_NAME": "deliver-events", "ORDERS_TABLE": ""}, "False"),
        ({}, "False"),
    ],
)
def test_the_dynamodb_client_is_created_at_the_initialisation_only_in_lambda(
    variables: dict[str, str], constructed: str
) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", INITIALISE],
        cwd=ROOT,
        env=ENVIRONMENT | variables,
        capture_output=True,
        text=True,
        check=True,
    )

    assert answer.stdout.strip() == constructed
