"""The payment provider of an environment: localstripe, its secrets, and its reports."""

import secrets
from collections.abc import Mapping
from dataclasses import replace

import httpx

from local.host.aws_clients import ACCOUNT, REGION, client
from local.host.folders import Folders
from local.host.programs import start_program
from local.host.state import State
from local.host.waiting import STALL_SECONDS
from local.localstripe.program import API_KEY
from stacks.api.api_routes import WEBHOOK_PATH

_KEY_NAME, _SIGNER_NAME = "local/stripe-apikey", "local/stripe-signer"
"""Names that look like the end of an ARN. The emulator adds its own random end, but also finds a
secret by the ARN without it: so the ARNs are the same in every environment, as is the template.
"""


def start_localstripe(folders: Folders, state: State) -> State:
    """Start localstripe. Raises LocalProblem."""
    log = folders.log("localstripe")
    found = start_program("localstripe", "local.localstripe", [], log=log)
    process = found.process
    return replace(
        state, stripe_pid=process.pid, stripe_started=process.started, stripe_url=found.url
    )


def deployment_context(state: State) -> Mapping[str, str]:
    """The settings of a deployment with this provider."""
    arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:"
    return {
        "payment_provider": "stripe",
        "payment_api_url": state.stripe_url,
        "payment_secret_arn": arn + _KEY_NAME,
        "payment_webhook_secret_arn": arn + _SIGNER_NAME,
    }


def signing_secret(emulator_url: str) -> str:
    """The secret with which localstripe signs its reports."""
    manager = client("secretsmanager", emulator_url)
    return str(manager.get_secret_value(SecretId=_SIGNER_NAME)["SecretString"])


def connect(state: State) -> None:
    """Store the secrets in the emulator, and let localstripe send its reports to the API."""
    signer = f"whsec_{secrets.token_hex(16)}"
    manager = client("secretsmanager", state.emulator_url)
    for name, value in ((_KEY_NAME, API_KEY), (_SIGNER_NAME, signer)):
        manager.create_secret(Name=name, SecretString=value)
    httpx.post(
        f"{state.stripe_url}/_config/webhooks/orders",
        data={"url": state.api_url + WEBHOOK_PATH, "secret": signer},
        timeout=STALL_SECONDS,
        trust_env=False,
    ).raise_for_status()
