"""Finding the browser, and the message if there is none."""

from pathlib import Path

from tests.console.chromium import find_chromium, why_not


def program(folder: Path, name: str) -> str:
    file = folder / name
    file.touch(mode=0o755)
    return str(file)


def test_a_browser_in_the_path_is_found_chromium_first(tmp_path: Path) -> None:
    path = {"PATH": str(tmp_path)}
    chrome = program(tmp_path, "google-chrome")
    assert find_chromium(path) == chrome
    chromium = program(tmp_path, "chromium")
    assert find_chromium(path) == chromium


def test_the_variable_wins_over_the_path(tmp_path: Path) -> None:
    program(tmp_path, "chromium")
    mine = program(tmp_path, "my-browser")
    assert find_chromium({"PATH": str(tmp_path), "CHROMIUM": mine}) == mine


def test_without_a_browser_the_reason_says_what_to_install(tmp_path: Path) -> None:
    nothing = {"PATH": str(tmp_path)}
    assert find_chromium(nothing) is None
    assert "`apt install chromium`" in why_not(nothing)


def test_a_variable_that_names_no_program_is_reported_and_not_ignored(tmp_path: Path) -> None:
    program(tmp_path, "chromium")
    wrong = {"PATH": str(tmp_path), "CHROMIUM": str(tmp_path / "gone")}
    assert find_chromium(wrong) is None
    assert f"{tmp_path / 'gone'}, which is no program" in why_not(wrong)
