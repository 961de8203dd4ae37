import json
from pathlib import Path

import pytest

from lambdas.domain.workflow_versions import WORKFLOW_VERSIONS
from lambdas.settings import Settings
from stacks.settings.deployment_settings import DeploymentSettings
from stacks.settings.load_settings import (
    DeploymentSettingsError,
    load_settings,
    read_context,
    read_environments,
)
from stacks.settings.payment_provider import PAYMENT_PROVIDERS
from stacks.settings.setting_checks import ENVIRONMENTS
from tests.support.definition import ROOT, load

PROVIDERS = ", ".join(PAYMENT_PROVIDERS)
SENDER = {"sender_email": "orders@shop.internal"}


def read(context: dict[str, object]) -> DeploymentSettings:
    return read_context(SENDER | context)


def refused(context: dict[str, object]) -> str:
    with pytest.raises(DeploymentSettingsError) as error:
        read(context)
    return str(error.value)


def test_a_sender_is_all_that_a_deployment_needs() -> None:
    assert read({}) == DeploymentSettings(sender_email="orders@shop.internal")


def test_a_deployment_without_a_sender_is_refused() -> None:
    with pytest.raises(DeploymentSettingsError, match="sender_email is not set: name a sender"):
        read_context({})


def test_the_emulator_brings_its_sender_and_reads_no_committed_settings() -> None:
    committed = {"dev": {"alarm_email": "oncall@shop.internal"}}

    settings = load_settings({"target": "emulator"}, committed)

    assert (settings.sender_email, settings.alarm_email) == ("orders@example.com", "")


def test_cdk_json_holds_no_setting() -> None:
    """A value there would override environments.toml, as `-c` does."""
    context = json.loads((ROOT / "cdk.json").read_text())["context"]

    assert set(context) & set(DeploymentSettings.__dataclass_fields__) == set()


def test_the_committed_settings_of_each_environment_are_known() -> None:
    environments = read_environments(ROOT / "environments.toml")

    assert set(environments) == set(ENVIRONMENTS)
    for name in ("dev", "staging"):
        load_settings(SENDER | {"environment": name}, environments)


def test_the_environment_picks_its_settings_and_the_command_line_overrides_one() -> None:
    committed: dict[str, dict[str, object]] = {
        "dev": {"sender_email": "dev@shop.internal"},
        "staging": {**SENDER, "alarm_email": "oncall@shop.internal", "heartbeat_seconds": 60},
    }

    settings = load_settings({"environment": "staging", "heartbeat_seconds": "30"}, committed)

    assert settings == DeploymentSettings(
        environment="staging",
        sender_email="orders@shop.internal",
        alarm_email="oncall@shop.internal",
        heartbeat_seconds=30,
    )


@pytest.mark.parametrize(
    ("committed", "problem"),
    [
        ({"prod": {}}, "environments.toml has a section for prod: environments are dev, staging"),
        ({"staging": {"alarm": "a"}}, r"\[staging\]: there is no setting alarm: docs/deploy.md"),
        ({"dev": {"target": "emulator"}}, r"\[dev\]: target is chosen with -c target=…"),
        ({"dev": {"machine_client_ids": ["a"]}}, "machine_client_ids must be text or a number"),
    ],
)
def test_wrong_committed_settings_are_refused_in_every_section(
    committed: dict[str, dict[str, object]], problem: str
) -> None:
    with pytest.raises(DeploymentSettingsError, match=problem):
        load_settings(SENDER, committed)


@pytest.mark.parametrize("text", ["[dev", "dev = 1", None])
def test_a_file_of_settings_that_cannot_be_read_is_named(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "environments.toml"
    if text is not None:
        file.write_text(text)

    with pytest.raises(DeploymentSettingsError, match=r"environments\.toml"):
        read_environments(file)


def test_numbers_may_come_as_text_from_the_command_line() -> None:
    settings = read({"approval_timeout_seconds": "60", "heartbeat_seconds": "10"})

    assert (settings.approval_timeout_seconds, settings.heartbeat_seconds) == (60, 10)


@pytest.mark.parametrize("timeout", [60, "518400"])
def test_the_heartbeat_is_the_approval_timeout_unless_it_is_set(timeout: object) -> None:
    settings = read({"approval_timeout_seconds": timeout})

    assert settings.heartbeat_seconds == settings.approval_timeout_seconds == int(str(timeout))


@pytest.mark.parametrize(
    ("context", "problem"),
    [
        ({"environment": "prod"}, "environment must be one of dev, staging, production"),
        ({"target": "localstack"}, "target must be one of aws, emulator"),
        ({"default_workflow_version": "v3"}, "default_workflow_version must be one of v1, v2"),
        ({"payment_provider": "barter"}, f"payment_provider must be one of {PROVIDERS}"),
        ({"environment": "production"}, "payment_provider sandbox takes no real money"),
        ({"payment_provider": "stripe"}, "payment_provider stripe needs payment_secret_arn"),
        (
            {"payment_provider": "stripe", "payment_secret_arn": "stripe-key"},
            "payment_provider stripe needs payment_secret_arn, the complete ARN of a secret",
        ),
        (
            {"payment_api_url": "https://stripe.example.com"},
            "payment_api_url is for the emulator only",
        ),
        ({"environment": "staging", "target": "emulator"}, "target emulator is for"),
        ({"heartbeat_seconds": 901}, "heartbeat_seconds must be at most approval_timeout"),
        ({"payment_timeout_seconds": 21601}, "payment_timeout_seconds must be at most 21600"),
        ({"heartbeat_seconds": 8}, "approval_timeout_seconds must be at most 100 heartbeats"),
        (
            {"approval_timeout_seconds": 518401, "heartbeat_seconds": 6000},
            "approval_timeout_seconds must be at most 518400",
        ),
        ({"heartbeat_seconds": 0}, "heartbeat_seconds must be a positive whole number, not '0'"),
        ({"heartbeat_seconds": "5m"}, "heartbeat_seconds must be a positive whole number"),
        ({"sender_email": "orders"}, "sender_email is not an e-mail address: 'orders'"),
        ({"sender_name": "Orders\r\nBcc: e"}, "sender_name must be visible text"),
        ({"sender_name": " "}, "sender_name must be visible text"),
        ({"sender_name": "ü" * 40}, "sender_name is too long"),
        ({"reply_to_email": "help"}, "reply_to_email is not an e-mail address: 'help'"),
        ({"alarm_email": "on call"}, "alarm_email is not an e-mail address"),
        ({"approver_email": "the boss"}, "approver_email is not an e-mail address: 'the boss'"),
        ({"approval_limits": "approver:50000"}, "approval_limits must be like approver:EUR:50000"),
        ({"approval_limits": "a:EUR:1,a:EUR:2"}, "approval_limits names a:EUR more than once"),
        ({"two_approvers_above": "EUR:1.50"}, "two_approvers_above must be like EUR:70000"),
        ({"console_url": "orders.example.com"}, "console_url must be like https://"),
        ({"machine_client_ids": "a,a"}, "machine_client_ids names a more than once"),
        ({"machine_client_ids": "a,"}, "machine_client_ids must be ids of app clients"),
        ({"machine_client_ids": "äb"}, "machine_client_ids must be ids of app clients"),
        ({"release_mode": "now"}, "release_mode must be one of canary, at-once, not 'now'"),
        ({"state_machine_log_level": "info"}, "state_machine_log_level must be one of ALL, ERROR"),
        ({"inventory_url": "stock.example.com"}, "inventory_url must be like https://inventory."),
        ({"inventory_url": "http://stock.example.com"}, "inventory_url must begin with https://"),
        ({"inventory_url": "https://a@stock.example.com"}, "inventory_url must be like https://"),
        ({"customers_url": "https://c.example.com"}, "customers_url needs customers_secret_arn"),
        ({"customers_secret_arn": "arn"}, "customers_secret_arn is set without customers_url"),
        ({"tracing": "xray"}, "tracing must be one of otlp, not 'xray'"),
        ({"tracing": "otlp"}, "tracing=otlp and tracing_endpoint are set together"),
        ({"tracing_endpoint": "http://c:4318"}, "tracing=otlp and tracing_endpoint are set"),
        (
            {"tracing": "otlp", "tracing_endpoint": "http://c:4318/v1/traces"},
            "tracing_endpoint must be like http://collector.internal:4318, without /v1/traces",
        ),
        ({"tracing_percent": 101}, "tracing_percent must be at most 100"),
        ({"api_concurrency": "0"}, "api_concurrency must be a positive whole number"),
        ({"api_concurrency": True}, "api_concurrency must be text or a number, not True"),
        ({"release": "second try"}, "release must be at most 64 letters"),
        ({"release": "x" * 65}, "release must be at most 64 letters"),
        ({"enviroment": "dev"}, "there is no setting enviroment: did you mean environment?"),
        (
            {"heartbeat-seconds": 60},
            "there is no setting heartbeat-seconds: did you mean heartbeat_seconds",
        ),
        (
            {"approval_timeout": 60},
            "there is no setting approval_timeout: did you mean approval_timeout_se",
        ),
    ],
)
def test_a_wrong_setting_is_named(context: dict[str, object], problem: str) -> None:
    assert refused(context).startswith(problem)


@pytest.mark.parametrize(
    "key",
    [
        "@aws-cdk/core:checkSecretUsage",
        "aws:cdk:enable-path-metadata",
        "availability-zones:account=1:region=eu-central-1",
        "acknowledged-issue-numbers",
        "cli-telemetry",
    ],
)
def test_context_of_the_cdk_is_left_to_it(key: str) -> None:
    assert read({key: "x"}) == read({})


def test_keys_that_nothing_reads_are_refused() -> None:
    """`-c env=production -c stage=production` would deploy dev."""
    problems = refused({"env": "production", "stage": "production"})

    assert problems == (
        "there is no setting env: docs/deploy.md lists the settings; "
        "there is no setting stage: docs/deploy.md lists the settings"
    )


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("orders@exämple.com", "not an e-mail address"),
        ("*@shop.internal", "not an e-mail address"),
        ("orders@shop..internal", "not an e-mail address"),
        ("orders@-shop.internal", "not an e-mail address"),
        ("orders@example.com", "placeholder: 'orders@example.com' is in a domain reserved"),
        ("orders@your-domain.example", "placeholder"),
        ("orders@mail.example.org", "placeholder"),
    ],
)
@pytest.mark.parametrize(
    "name", ["sender_email", "reply_to_email", "alarm_email", "approver_email"]
)
def test_an_address_that_ses_or_iam_cannot_take_is_refused(
    name: str, address: str, problem: str
) -> None:
    assert problem in refused({name: address})


@pytest.mark.parametrize("address", ["orders+shop@xn--exmple-cua.com", "a_b@mail.shop.co"])
def test_addresses_that_ses_takes_are_accepted(address: str) -> None:
    assert read({"sender_email": address}).sender_email == address


@pytest.mark.parametrize("name", ["console_url", "sign_in_url"])
def test_cognito_leads_back_over_https_only(name: str) -> None:
    assert refused({name: "http://orders.shop.com"}).startswith(f"{name} must begin with https://")
    read({name: "http://127.0.0.1:4566", "target": "emulator"})


def test_all_problems_are_reported_at_once() -> None:
    wrong = {"environment": "prod", "heartbeat_seconds": "soon", "sender_email": "unknown"}

    problems = refused(dict(wrong))

    assert all(name in problems for name in wrong)


def test_the_longest_approval_leaves_the_execution_a_day_to_end() -> None:
    longest = read({"approval_timeout_seconds": 518400, "heartbeat_seconds": 6000})

    assert load()["TimeoutSeconds"] - longest.approval_timeout_seconds >= 24 * 3600


@pytest.mark.parametrize(
    ("variable", "choices"),
    [
        ("ENVIRONMENT", ENVIRONMENTS),
        ("DEFAULT_WORKFLOW_VERSION", WORKFLOW_VERSIONS.startable),
        ("PAYMENT_PROVIDER", tuple(PAYMENT_PROVIDERS)),
    ],
)
def test_the_functions_understand_every_choice(variable: str, choices: tuple[str, ...]) -> None:
    for choice in choices:
        understood = Settings.from_environment({variable: choice})
        assert getattr(understood, variable.lower()) == choice


def test_the_stack_takes_its_environment_in_its_name() -> None:
    names = {DeploymentSettings(environment=name).stack_name for name in ENVIRONMENTS}

    assert names == {"OrderWorkflow-dev", "OrderWorkflow-staging", "OrderWorkflow-production"}
