"""Set-up installs only when the checkout is not up to date."""

import platform
import re
import shutil
from pathlib import Path

import pytest

from tests.setup.checkouts import Terminal
from tools.setup.checkout import LOCK_FILES, Checkout
from tools.setup.phases import phases_for


def test_each_phase_has_one_line_with_its_seconds_and_a_second_run_does_nothing(
    terminal: Terminal,
) -> None:
    assert terminal.set_up() == 0

    shown = terminal.shown
    first, second = shown.splitlines()
    assert re.fullmatch(r"\[1/2\] making the environment … \d+\.\d s", first)
    assert re.fullmatch(r"\[2/2\] installing Node packages … \d+\.\d s", second)
    assert (terminal.set_up(), terminal.shown) == (0, shown)
    assert terminal.set_up(verbose=True) == 0
    assert terminal.shown.removeprefix(shown) == "set-up: up to date\n"
    assert terminal.provisions == 1


@pytest.mark.parametrize("name", LOCK_FILES)
def test_a_changed_lock_file_is_installed(terminal: Terminal, name: str) -> None:
    terminal.set_up()
    (terminal.checkout.root / name).write_text("other versions\n")

    assert not terminal.checkout.is_current()
    assert phases_for(terminal.checkout)[0].title == "installing uv"  # the environment is kept


def test_another_python_creates_a_new_environment(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.set_up()
    monkeypatch.setattr(platform, "python_version", lambda: "3.99.1")

    assert not terminal.checkout.is_current()
    assert phases_for(terminal.checkout)[0].title == "creating the virtual environment"


def test_a_moved_checkout_creates_a_new_environment(terminal: Terminal, tmp_path: Path) -> None:
    terminal.set_up()
    elsewhere = tmp_path.with_name("elsewhere")
    shutil.move(tmp_path, elsewhere)  # the scripts in .venv still name the old place

    assert not Checkout(elsewhere).is_current()
    assert phases_for(Checkout(elsewhere))[0].title == "creating the virtual environment"


def test_a_linked_environment_of_another_checkout_stays_unchanged(
    terminal: Terminal, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    for name in (".venv", "node_modules"):
        (other / name).mkdir()
        (other / name / ".setup-stamp").write_text("theirs")
        (terminal.checkout.root / name).symlink_to(other / name)

    assert terminal.set_up() == 0
    assert terminal.checkout.is_current()
    assert not terminal.checkout.venv.is_symlink()
    for name in (".venv", "node_modules"):
        assert [path.name for path in (other / name).iterdir()] == [".setup-stamp"]
        assert (other / name / ".setup-stamp").read_text() == "theirs"


@pytest.mark.parametrize("lost", ["node_modules", ".venv"])
def test_a_removed_folder_is_installed_again(terminal: Terminal, lost: str) -> None:
    terminal.set_up()
    shutil.rmtree(terminal.checkout.root / lost)

    assert not terminal.checkout.is_current()
