"""The services of one environment: examples as child processes, or services that you started."""

from dataclasses import replace
from typing import Any

import httpx

from local.data.catalogue import customer_records, inventory_records
from local.host.aws_clients import ACCOUNT, REGION, client
from local.host.folders import Folders
from local.host.programs import start_program
from local.host.state import State
from local.host.waiting import STALL_SECONDS
from local.services.credentials import SIGNING_SECRET, TOKEN
from local.services.customers import Customers
from local.services.inventory import Inventory

EXAMPLE = "example"
SERVICES = ("inventory", "customers", "subscriber")
REPEAT_SECONDS = 5
"""Pause before an event that the subscriber refused is delivered again. On AWS: six minutes."""
_SECRETS = {
    "inventory": ("local/inventory-bearer", TOKEN),
    "customers": ("local/customers-bearer", TOKEN),
    "subscriber": ("local/subscriber-signer", SIGNING_SECRET),
}
"""The name and the value of each secret. The names look like the end of an ARN, as those of
`local.localstripe.account` do.
"""


def add_service(folders: Folders, state: State, name: str, choice: str) -> State:
    """The environment with a service at the URL `choice`, or with its example, which is started.
    Raises LocalProblem.
    """
    if choice != EXAMPLE:
        return replace(state, service_urls={**state.service_urls, name: choice})
    database = folders.database(name)
    if not state.dynamodb:
        database.unlink(missing_ok=True)
    options = [name, "--database", str(database)]
    found = start_program(f"the {name}", "local.services", options, log=folders.log(name))
    started = (found.process.pid, found.process.started)
    return replace(
        state,
        service_urls={**state.service_urls, name: found.url},
        service_processes={**state.service_processes, name: started},
    )


def chosen_services(state: State) -> dict[str, str]:
    """`example` or the URL of each service of an environment."""
    return {**state.service_urls, **dict.fromkeys(state.service_processes, EXAMPLE)}


def example_url(state: State, name: str) -> str:
    """The address of an example of an environment; empty if it has none."""
    return state.service_urls[name] if name in state.service_processes else ""


def read_levels(url: str) -> list[dict[str, Any]]:
    """The units of every product at the example inventory."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = httpx.get(f"{url}/levels", headers=headers, timeout=STALL_SECONDS, trust_env=False)
    return list(answer.raise_for_status().json()["levels"])


def deployment_context(state: State) -> dict[str, str]:
    """The settings of a deployment with the services of the environment."""
    context = {}
    for name, url in state.service_urls.items():
        secret, _ = _SECRETS[name]
        context[f"{name}_url"] = url
        context[f"{name}_secret_arn"] = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{secret}"
    return context


def placeholders(state: State) -> dict[str, str]:
    """Addresses that cached assemblies have in place of those of the services: ports change."""
    return {url: f"http://{name}.invalid" for name, url in state.service_urls.items()}


def store_secrets(state: State) -> None:
    """Store the secrets of the services in the emulator."""
    manager = client("secretsmanager", state.emulator_url)
    for name in state.service_urls:
        secret, value = _SECRETS[name]
        manager.create_secret(Name=secret, SecretString=value)


def repeat_soon(state: State) -> None:
    """Shorten the pause between two deliveries of one event."""
    if "subscriber" not in state.service_urls:
        return
    queues = client("sqs", state.emulator_url)
    for url in queues.list_queues()["QueueUrls"]:
        if "Subscriber" in url:
            attributes = {"VisibilityTimeout": str(REPEAT_SECONDS)}
            queues.set_queue_attributes(QueueUrl=url, Attributes=attributes)


def reset_services(folders: Folders, state: State) -> None:
    """Load the seed data into the examples. The subscriber keeps its events: their orders are gone,
    and no later order has their IDs.
    """
    if "inventory" in state.service_processes:
        Inventory(folders.database("inventory")).load(inventory_records())
    if "customers" in state.service_processes:
        Customers(folders.database("customers")).load(customer_records())
