"""up, status, tokens and reset on a running environment."""

import base64
import json
import stat
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx

from local.data.catalogue import units_by_sku
from local.data.tables import scan
from local.data.users import FRESH_SECONDS, TOKEN_OF, USERS, seconds_left
from local.host.aws_clients import client
from local.host.state import save
from local.scenario_runner.backend import Backend
from local.scenario_runner.scenario import Step
from local.scenario_runner.scenario_run import ScenarioRun
from local.scenario_runner.steps import run_step
from local.scenario_runner.users import Users
from tests.system.environments import OPTIONS, UP, Environment

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PROMISED = {
    "api_url",
    "emulator_url",
    "console_url",
    "state_machine_arn",
    "alias_arn",
    "orders_table",
    "inventory_table",
    "customers_table",
    "payments_table",
    "operations_queue_url",
    "user_pool_id",
    "region",
    "state_file",
    "tokens",
}


def place_an_order(deployment: Environment) -> ScenarioRun:
    """A scenario with one order that waits for approval."""
    state = deployment.state
    run = ScenarioRun(Users(state.api_url, state.tokens), Backend(state))
    run_step(run, Step("place", {"items": {"HOT-SKU": 3}}))
    run_step(run, Step("wait-for-token", {}))
    return run


def test_a_second_up_prints_the_same_object_with_the_short_option(
    deployment: Environment,
) -> None:
    first = deployment.json(*UP, "--detach")
    second = json.loads(deployment.run(*UP, "--detach", "--json").stdout)
    assert first.keys() >= PROMISED
    assert first["tokens"].keys() == TOKEN_OF.keys()
    assert second == first


def test_a_second_up_says_that_one_is_running(deployment: Environment) -> None:
    message = deployment.run("up", "--approval-timeout", "20", "--detach").stderr
    assert "already running" in message
    assert " ".join(OPTIONS) in " ".join(message.split())


def test_the_api_answers_at_the_address_that_up_prints(deployment: Environment) -> None:
    connection = deployment.json(*UP, "--detach")
    url, token = connection["api_url"], connection["tokens"]["operator"]
    assert httpx.get(f"{url}/health", trust_env=False).status_code == 200
    assert httpx.get(f"{url}/orders", trust_env=False).status_code == 401
    signed_in = {"Authorization": f"Bearer {token}"}
    assert httpx.get(f"{url}/orders", headers=signed_in, trust_env=False).status_code == 200


def test_the_state_file_is_for_its_owner_only(deployment: Environment) -> None:
    assert stat.S_IMODE(deployment.folders.state_file.stat().st_mode) == 0o600


def test_tokens_belong_to_the_users_and_roles_of_their_names(deployment: Environment) -> None:
    for name, token in deployment.json("tokens").items():
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        assert claims["username"] == TOKEN_OF[name]
        assert claims["cognito:groups"] == [USERS[TOKEN_OF[name]]]
        assert claims["token_use"] == "access"


def test_tokens_that_expire_soon_are_replaced(deployment: Environment) -> None:
    state = deployment.state
    claims = base64.urlsafe_b64encode(json.dumps({"exp": time.time() + 60}).encode()).decode()
    expiring = {**state.tokens, "customer": f"header.{claims}.signature"}
    save(replace(state, tokens=expiring), deployment.folders.state_file)
    renewed = deployment.json("tokens")
    assert seconds_left(renewed["customer"]) > FRESH_SECONDS
    assert dict(deployment.state.tokens) == renewed


def test_status_shows_the_environment_without_secrets(deployment: Environment) -> None:
    shown = deployment.json("status")
    assert shown["running"] is True
    assert shown["api_url"] == deployment.state.api_url
    assert not {"tokens", "passwords"} & shown.keys()


def test_an_unknown_scenario_is_refused_by_name(deployment: Environment) -> None:
    done = deployment.run("demo", "--scenario", "no-such-scenario")
    assert done.returncode == 1
    assert "no-such-scenario" in done.stderr


def test_the_sent_mails_are_printed(deployment: Environment) -> None:
    run = place_an_order(deployment)
    run_step(run, Step("cancel", {"reason": "to have a mail"}))
    run_step(run, Step("wait", {"stage": "cancelled"}))
    run.users.close()

    order_id = run.id_of("order")
    sent = deployment.json("mails")["mails"]
    [mail] = [one for one in sent if one["subject"] == f"Your order {order_id} was cancelled"]

    assert mail["to"] == ["alice.adler@example.com"]
    assert f"Subject: {mail['subject']}\n\n{mail['body']}" in deployment.run("mails").stdout


def test_reset_restores_the_seed_data_in_the_same_deployment(deployment: Environment) -> None:
    run, before = place_an_order(deployment), deployment.state
    run_step(run, Step("cancel", {"reason": "to have a mail"}))
    run_step(run, Step("wait", {"stage": "cancelled"}))
    assert run.backend.mails(run.id_of("order")) != []
    waiting = place_an_order(deployment)
    deployment.json("reset")
    run.users.close()
    waiting.users.close()
    assert deployment.state == before
    dynamodb: DynamoDBClient = client("dynamodb", before.emulator_url)
    assert scan(dynamodb, before.outputs["OrdersTable"]) == []
    assert scan(dynamodb, before.outputs["PaymentsTable"]) == []
    items = scan(dynamodb, before.outputs["InventoryTable"])
    assert {record["sku"]: record["available"] for record in items} == units_by_sku()
    assert {(record["held"], record["sold"]) for record in items} == {(0, 0)}
    assert waiting.backend.mails(run.id_of("order")) == []
    assert deployment.json("status")["running_executions"] == 0


def test_orders_can_be_placed_after_a_reset(deployment: Environment) -> None:
    deployment.json("reset")
    run = place_an_order(deployment)
    run_step(run, Step("approve", {"outcome": "applied"}))
    run.wait_for_end("order")
    run.users.close()
