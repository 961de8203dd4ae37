"""The templates that most tests read, each synthesised once."""

import pytest

from tests.infrastructure.synthesis import (
    CUSTOMERS,
    SENDER,
    SERVICES,
    STRIPE,
    SUBSCRIBER_SECRET,
    SUBSCRIBER_URL,
    WITH_PACKAGES,
    Synthesis,
)
from tests.infrastructure.template import Template

FULL = {
    "environment": "staging",
    "create_sender": "yes",
    "approver_email": "approvals@shop.internal",
    "sender_name": "Käfer & Söhne",
    "reply_to_email": "help@shop.internal",
    "alarm_email": "oncall@shop.internal",
    "console_url": "https://orders.shop.internal/console",
    "sign_in_url": "https://id.shop.internal",
    "machine_client_ids": "warehouse,billing",
    "approval_timeout_seconds": "172800",
    "heartbeat_seconds": "1800",
    "default_workflow_version": "v1",
    "api_concurrency": "50",
    "history_days": "90",
    "encryption": "customer",
    "approval_limits": "approver:EUR:50000",
    "two_approvers_above": "EUR:70000",
    "max_open_orders": "20",
    "max_open_units": "500",
    "release_mode": "at-once",
    "state_machine_log_level": "OFF",
    "tracing": "otlp",
    "tracing_endpoint": "http://collector.shop.internal:4318",
}
"""Every setting that the other templates leave at its default."""


@pytest.fixture(scope="session")
def synthesise(tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    """Call it with context settings to get their template."""
    return Synthesis(lambda: tmp_path_factory.mktemp("cdk.out"))


@pytest.fixture(scope="session")
def dev(synthesise: Synthesis) -> Template:
    """The default deployment: dev, on AWS."""
    return synthesise(**WITH_PACKAGES)


@pytest.fixture(scope="session")
def staging(synthesise: Synthesis) -> Template:
    """An environment that keeps its data and releases step by step."""
    return synthesise(environment="staging", alarm_email="oncall@shop.internal")


@pytest.fixture(scope="session")
def full(synthesise: Synthesis) -> Template:
    """Staging with every option that the others leave at its default."""
    return synthesise(**FULL)


@pytest.fixture(scope="session")
def production(synthesise: Synthesis) -> Template:
    """Production with every service outside of the stack, and a key of the customer."""
    return synthesise(
        **WITH_PACKAGES,
        **SERVICES,
        **STRIPE,
        environment="production",
        encryption="customer",
        subscriber_url=SUBSCRIBER_URL,
        subscriber_secret_arn=SUBSCRIBER_SECRET,
        alarm_email="oncall@shop.internal",
    )


@pytest.fixture(scope="session")
def dev_with_key(synthesise: Synthesis) -> Template:
    """The default deployment with a key of the customer and one service."""
    return synthesise(**CUSTOMERS, encryption="customer")


@pytest.fixture(scope="session")
def emulator(synthesise: Synthesis) -> Template:
    """What `python -m local up` deploys."""
    return synthesise(**WITH_PACKAGES, target="emulator", sender_email=SENDER)


@pytest.fixture(params=["dev", "staging"])
def template(request: pytest.FixtureRequest) -> Template:
    """Each environment in turn, for what holds in all of them."""
    found: Template = request.getfixturevalue(request.param)
    return found
