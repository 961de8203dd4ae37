"""The options of `up` are checked before the synthesis, which takes much longer."""

from pathlib import Path

import pytest

from local.host.problems import LocalProblem
from local.lifecycle import options
from local.lifecycle.options import UpOptions, options_of
from tests.local.states import a_state


@pytest.mark.parametrize(("timeout", "heartbeat"), [(10, 11), (10, 20), (1000, 9), (10, 0)])
def test_times_that_the_stack_rejects_are_rejected_before_the_synthesis(
    timeout: int, heartbeat: int
) -> None:
    with pytest.raises(LocalProblem, match="reading the options"):
        UpOptions(approval_timeout=timeout, heartbeat=heartbeat).check()


def test_the_default_times_are_accepted() -> None:
    UpOptions().check()
    UpOptions(approval_timeout=20, heartbeat=4).check()
    UpOptions(approval_timeout=2, heartbeat=2).check()


def test_an_unknown_payment_provider_is_rejected() -> None:
    with pytest.raises(LocalProblem, match="no payment provider 'paypal'"):
        UpOptions(payments="paypal").check()


def test_a_missing_localstripe_is_rejected_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(options, "PROGRAM", tmp_path / "localstripe")
    with pytest.raises(LocalProblem) as problem:
        UpOptions(payments="stripe").check()
    assert problem.value.advice == "run `make localstripe`"

    (tmp_path / "localstripe").touch()
    UpOptions(payments="stripe").check()


def test_a_service_is_the_example_or_a_url() -> None:
    options = UpOptions(inventory="example", subscriber="http://127.0.0.1:8012/events")
    options.check()

    assert options.services == {
        "inventory": "example",
        "subscriber": "http://127.0.0.1:8012/events",
    }
    with pytest.raises(LocalProblem, match="--customers examples is no URL"):
        UpOptions(customers="examples").check()


def test_the_options_of_a_running_environment_name_its_services() -> None:
    chosen = UpOptions(inventory="example", customers="http://127.0.0.1:8011")
    state = a_state(
        service_urls={
            "inventory": "http://127.0.0.1:8010",
            "customers": "http://127.0.0.1:8011",
        },
        service_processes={"inventory": (2, "started")},
    )

    assert options_of(state, port=0) == chosen
    assert "--inventory example --customers http://127.0.0.1:8011" in chosen.as_command_line()
