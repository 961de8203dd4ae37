import pytest

from lambdas.settings import Settings, SettingsError


def test_a_function_reads_the_variables_that_it_was_given() -> None:
    settings = Settings.from_environment(
        {"ORDERS_TABLE": "orders", "HEARTBEAT_SECONDS": "60", "UNRELATED": "x", "PATH": "/bin"}
    )

    assert (settings.orders_table, settings.heartbeat_seconds) == ("orders", 60)
    assert (settings.approval_timeout_seconds, settings.inventory_table) == (900, "")


def test_a_setting_that_is_missing_is_an_error_when_it_is_needed() -> None:
    settings = Settings.from_environment({"ORDERS_TABLE": "orders"})

    assert settings.require("orders_table") == "orders"
    with pytest.raises(SettingsError, match="PAYMENTS_TABLE is not set"):
        settings.require("payments_table")


def test_all_problems_are_reported_at_once() -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_environment(
            {
                "ENVIRONMENT": "prod",
                "HEARTBEAT_SECONDS": "soon",
                "APPROVAL_TIMEOUT_SECONDS": "0",
                "DEFAULT_WORKFLOW_VERSION": "v3",
            }
        )

    assert str(raised.value).split("; ") == [
        "APPROVAL_TIMEOUT_SECONDS must be a positive whole number, not '0'",
        "HEARTBEAT_SECONDS must be a positive whole number, not 'soon'",
        "ENVIRONMENT must be one of dev, staging, production",
        "DEFAULT_WORKFLOW_VERSION must be one of v1, v2",
    ]


@pytest.mark.parametrize("text", ["", "-5", "1.5", "٣", " 7"])
def test_seconds_are_positive_whole_numbers(text: str) -> None:
    with pytest.raises(SettingsError, match="positive whole number"):
        Settings.from_environment({"HEARTBEAT_SECONDS": text})


def test_production_takes_no_sandbox_payments() -> None:
    environment = {"ENVIRONMENT": "production", "PAYMENT_PROVIDER": "sandbox"}

    with pytest.raises(
        SettingsError, match=r"PAYMENT_PROVIDER sandbox takes no real money: not for production$"
    ):
        Settings.from_environment(environment)


@pytest.mark.parametrize("name", ["INVENTORY_URL", "CUSTOMERS_URL", "SUBSCRIBER_URL"])
def test_another_service_is_called_over_https(name: str) -> None:
    url = "http://localhost:8000"

    with pytest.raises(SettingsError, match=f"{name} must begin with https://"):
        Settings.from_environment({"ENVIRONMENT": "staging", name: url})
    with pytest.raises(SettingsError, match=f"{name} must begin with https://"):
        Settings.from_environment({"ENVIRONMENT": "dev", name: "ftp://stock"})
    for environment, allowed in (("dev", url), ("production", "https://stock")):
        settings = Settings.from_environment({"ENVIRONMENT": environment, name: allowed})
        assert getattr(settings, name.lower()) == allowed


@pytest.mark.parametrize(
    ("environment", "provider"), [("production", ""), ("dev", "sandbox"), ("staging", "sandbox")]
)
def test_only_production_refuses_the_sandbox_and_only_if_it_takes_payments(
    environment: str, provider: str
) -> None:
    settings = Settings.from_environment({"ENVIRONMENT": environment, "PAYMENT_PROVIDER": provider})

    assert (settings.environment, settings.payment_provider) == (environment, provider)
