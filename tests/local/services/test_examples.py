"""The services of an environment: settings of the deployment, and new seed data."""

from dataclasses import replace
from pathlib import Path

from local.data.catalogue import units_by_sku
from local.host.folders import Folders
from local.services import examples
from local.services.customers import Customers
from local.services.inventory import Inventory
from local.services.json_server import Request
from tests.local.states import a_state

STATE = a_state()


def test_without_services_a_deployment_has_no_settings_of_them() -> None:
    assert examples.deployment_context(STATE) == examples.placeholders(STATE) == {}


def test_a_service_that_the_user_started_is_called_at_its_url(tmp_path: Path) -> None:
    url = "https://stock.example.com/v1"

    state = examples.add_service(Folders(tmp_path), STATE, "inventory", url)

    context = examples.deployment_context(state)
    assert context["inventory_url"] == url
    assert context["inventory_secret_arn"].endswith(":secret:local/inventory-bearer")
    assert examples.placeholders(state) == {url: "http://inventory.invalid"}
    assert [process.pid for process in state.processes] == [1]
    assert examples.chosen_services(state) == {"inventory": url}
    assert examples.example_url(state, "inventory") == ""


def test_a_reset_loads_the_seed_data_into_the_examples(tmp_path: Path) -> None:
    folders = Folders(tmp_path)
    started = {"inventory": (2, "started"), "customers": (3, "started")}
    inventory = Inventory(folders.database("inventory"))
    customers = Customers(folders.database("customers"))

    examples.reset_services(folders, replace(STATE, service_processes=started))

    assert {level["sku"]: level["available"] for level in inventory.levels()} == units_by_sku()
    alice = customers.answer(Request("GET", "/customers/alice", {}, b""))
    assert alice[1]["tier"] == "gold"
