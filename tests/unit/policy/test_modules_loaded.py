"""Cold starts are paid in modules: what an activity loads is counted in a fresh interpreter."""

import json
import subprocess
import sys

import pytest

from bench.cold_start.programs import ENVIRONMENT
from tests.support.definition import ROOT

BUDGET = 380
FORBIDDEN = ("pydantic", "requests", "stripe", "aws_xray_sdk", "boto3", "opentelemetry")

PORTS = {
    "enrichment": ("orders", "catalogue", "customers"),
    "inventory": ("orders",),
    "approval": ("orders", "catalogue", "engine"),
    "payment": ("orders", "payments"),
    "order_status": ("orders", "operations"),
    "notification": ("orders", "customers", "notifier"),
}
"""Module -> the ports that its activities use: their clients are built at the first call."""

SCRIPT = """
import importlib, json, sys
bare = set(sys.modules)
importlib.import_module("lambdas.activities." + sys.argv[1])
from lambdas.dependencies import dependencies
for port in sys.argv[2:]:
    getattr(dependencies(), port)
print(json.dumps(sorted(set(sys.modules) - bare)))
"""


def loaded_by(module: str) -> list[str]:
    command = [sys.executable, "-c", SCRIPT, module, *PORTS[module]]
    answer = subprocess.run(
        command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    loaded: list[str] = json.loads(answer.stdout)
    return loaded


@pytest.mark.parametrize("module", sorted(PORTS))
def test_an_activity_loads_few_modules_and_none_of_the_heavy_ones(module: str) -> None:
    loaded = loaded_by(module)

    assert f"lambdas.activities.{module}" in loaded
    assert "botocore.client" in loaded
    assert [name for name in loaded if name.split(".")[0] in FORBIDDEN] == []
    assert len(loaded) <= BUDGET


def test_every_activity_module_is_counted() -> None:
    modules = {file.stem for file in (ROOT / "lambdas" / "activities").glob("[a-z]*.py")}

    assert modules == set(PORTS)


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
def test_the_client_of_the_tables_is_constructed_while_lambda_initialises_and_only_there(
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
