import importlib

import pytest

from lambdas.settings import Settings
from stacks.workflow.activity_functions import ACTIVITIES
from tests.infrastructure.synthesis import Synthesis
from tests.infrastructure.template import Template, text
from tests.support.definition import load, placeholder, tasks
from tools.table_restore.writers import WRITERS


def test_every_handler_can_be_imported(dev: Template) -> None:
    for properties in dev.functions().values():
        module, _, function = properties["Handler"].rpartition(".")
        assert callable(getattr(importlib.import_module(module), function))


def test_functions_run_on_the_newest_python_on_arm_and_continue_traces(template: Template) -> None:
    for properties in template.functions().values():
        assert properties["Runtime"] == "python3.14"
        assert properties["Architectures"] == ["arm64"]
        assert properties["MemorySize"] == 512
        assert properties["TracingConfig"] == {"Mode": "PassThrough"}  # they begin none


def test_another_release_of_the_same_code_publishes_every_version_again(
    dev: Template, synthesise: Synthesis
) -> None:
    again = synthesise(release="2024-05-01.2")

    assert not dev.of_type("Lambda::Version").keys() & again.of_type("Lambda::Version").keys()
    for name, properties in again.functions().items():
        assert properties["Description"] == "release 2024-05-01.2"
        assert properties["Code"] == dev.functions()[name]["Code"]


def test_an_activity_gives_up_before_its_state_does(dev: Template) -> None:
    timeouts = {name: properties["Timeout"] for name, properties in dev.functions().items()}

    for task in tasks(load()).values():
        timeout = timeouts[ACTIVITIES[placeholder(task)].name]
        assert timeout == 20 < task.get("TimeoutSeconds", 30)
    assert timeouts["api"] == 28
    assert timeouts["janitor-sweep"] == timeouts["janitor-execution-stopped"] == 60


@pytest.mark.parametrize(
    ("environment", "days", "kept"), [("dev", 30, False), ("staging", 365, True)]
)
def test_logs_are_kept_for_a_month_in_dev_and_a_year_elsewhere(
    request: pytest.FixtureRequest, environment: str, days: int, kept: bool
) -> None:
    template: Template = request.getfixturevalue(environment)
    policy = "RetainExceptOnCreate" if kept else "Delete"
    for group in template.of_type("Logs::LogGroup").values():
        assert group["Properties"]["RetentionInDays"] == days
        assert group["DeletionPolicy"] == policy


def test_every_function_logs_json_to_a_separate_group(template: Template) -> None:
    groups = []
    for name, properties in template.functions().items():
        logging = properties["LoggingConfig"]
        group = template.resources[logging["LogGroup"]["Ref"]]["Properties"]["LogGroupName"]
        assert logging["LogFormat"] == "JSON"
        assert text(group) == f"/aws/lambda/{template.stack_name}-{name}-<StackId>"
        groups.append(text(group))
    assert len(set(groups)) == len(groups)


def test_functions_are_given_variables_that_their_settings_understand(template: Template) -> None:
    for properties in template.functions().values():
        variables = properties["Environment"]["Variables"]
        ours = {name for name in variables if not name.startswith("POWERTOOLS_")}
        assert ours <= {name.upper() for name in Settings._fields}
        plain = {name: value for name, value in variables.items() if isinstance(value, str)}
        Settings.from_environment(plain)


def test_limits_and_caps_reach_the_functions_that_apply_them(full: Template) -> None:
    functions = full.functions()
    given = {name: functions[name]["Environment"]["Variables"] for name in functions}
    names = ("APPROVAL_LIMITS", "TWO_APPROVERS_ABOVE", "MAX_OPEN_ORDERS", "MAX_OPEN_UNITS")

    assert [given["api"].get(name) for name in names] == [
        *("approver:EUR:50000", "EUR:70000", "20", "500")
    ]
    assert [given["apply-signals"].get(name) for name in names] == [None, None, "20", "500"]
    assert not {*names} & given["close-order"].keys()


def test_a_function_is_given_no_more_names_than_it_uses(dev: Template) -> None:
    given = {
        name: {v for v in properties["Environment"]["Variables"] if "POWERTOOLS" not in v}
        for name, properties in dev.functions().items()
    }

    assert given["fetch-customer-profile"] == {"ENVIRONMENT", "ORDERS_TABLE", "CUSTOMERS_TABLE"}
    assert given["await-signal"] == {"ENVIRONMENT", "ORDERS_TABLE"}
    assert given["process-payment"] == {
        "ENVIRONMENT",
        "ORDERS_TABLE",
        "PAYMENTS_TABLE",
        "PAYMENT_PROVIDER",
        "SETTLEMENT_TIMEOUT_SECONDS",
    }
    assert {name for name in given if "STATE_MACHINE_ALIAS_ARN" in given[name]} == {
        "api",
        "export-histories",
        "sweep-histories",
        "janitor-sweep",
        "janitor-execution-stopped",
    }


def test_activities_and_api_are_traced_if_tracing_is_on_and_nothing_changes_otherwise(
    full: Template, staging: Template
) -> None:
    [layer] = [name for name in full.of_type("Lambda::LayerVersion") if "Tracing" in name]
    traced = {ACTIVITIES[state].name for state in ACTIVITIES} | {"api"}
    names = {"TRACING": "otlp", "TRACING_ENDPOINT": "http://collector.shop.internal:4318"}

    for name, properties in full.functions().items():
        variables = properties["Environment"]["Variables"].items()
        assert (({"Ref": layer} in properties["Layers"]), names.items() <= variables) == (
            (name in traced),
            (name in traced),
        )
    assert "Tracing" not in " ".join(staging.of_type("Lambda::LayerVersion"))
    assert '"TRACING' not in str(staging.body)


def test_a_restore_stops_every_function_that_writes_to_the_tables(full: Template) -> None:
    actions = {f"dynamodb:{verb}Item" for verb in ("Put", "Update", "Delete", "BatchWrite")}
    writers = {
        name
        for name, properties in full.functions().items()
        if any(action in actions for action, _ in full.granted_to(properties["Role"]))
    }

    assert writers - {row.name for row in ACTIVITIES.values()} == WRITERS
