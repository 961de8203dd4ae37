"""The output of a failed set-up, and the next set-up."""

from pathlib import Path

import pytest

from tests.setup.checkouts import Terminal, a_phase, installs_everything
from tools.setup.advice import advice_on
from tools.setup.checkout import Checkout
from tools.setup.phases import Phase, phases_for

FORTY_LINES = "[print('line', number) for number in range(40)]; raise SystemExit(3)"


def fails_after_its_first_phase(checkout: Checkout) -> list[Phase]:
    return [installs_everything(checkout)[0], a_phase("installing too much", FORTY_LINES)]


def test_a_failure_names_its_phase_and_shows_the_end_of_the_log(terminal: Terminal) -> None:
    assert terminal.set_up(fails_after_its_first_phase) == 1

    assert "Set-up failed: [2/2] installing too much (exit status 3)" in terminal.shown
    assert f"The complete log: {terminal.checkout.log}" in terminal.shown
    shown = [line for line in terminal.shown.splitlines() if line.startswith("    | ")]
    assert shown == [f"    | line {number}" for number in range(25, 40)]
    assert "line 0\n" in terminal.checkout.log.read_text()


def test_nothing_runs_after_a_failure(terminal: Terminal) -> None:
    def stops_at_once(checkout: Checkout) -> list[Phase]:
        return [a_phase("failing", "raise SystemExit(1)"), *installs_everything(checkout)]

    assert terminal.set_up(stops_at_once) == 1
    assert not terminal.checkout.venv.exists()


def test_a_missing_installer_is_a_failure(terminal: Terminal, tmp_path: Path) -> None:
    missing = str(tmp_path / "uv")

    assert terminal.set_up(lambda _: [Phase("installing Python packages", (missing,))]) == 1
    assert f"    | cannot start {missing}" in terminal.shown


def test_the_set_up_after_a_failed_one_starts_from_the_beginning(terminal: Terminal) -> None:
    terminal.set_up(fails_after_its_first_phase)
    assert not terminal.checkout.stamp.exists()
    assert phases_for(terminal.checkout)[0].title == "creating the virtual environment"

    assert terminal.set_up(lambda checkout: installs_everything(checkout)[1:]) == 0
    assert terminal.checkout.is_current()
    assert terminal.checkout.venv_is_usable()


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        ("npm error code ENOTFOUND", "registries could not be reached"),
        ("cause: dns error\ncause: failed to lookup address information", "HTTPS_PROXY"),
        (
            "ProxyError('Cannot connect to proxy.', NewConnectionError('Connection refused'))\n"
            "ERROR: No matching distribution found for uv",
            "PIP_INDEX_URL",
        ),
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("error: Hash mismatch for `rich`", "not the locked one"),
        ("npm error code EINTEGRITY", "not the locked one"),
        ("SSLCertVerificationError: CERTIFICATE_VERIFY_FAILED", "PIP_CERT"),
        ("ERROR: No matching distribution found for uv==1", "no build for this Python"),
        ("Segmentation fault", "make purge"),
    ],
)
def test_each_known_failure_has_its_advice(output: str, advice: str) -> None:
    assert advice in advice_on(output)
