"""The browser of this machine, and the message if there is none."""

from pathlib import Path

from tests.console.chromium import find_chromium, why_not


def test_the_variable_wins_over_the_path_and_chromium_over_other_browsers(tmp_path: Path) -> None:
    path = {"PATH": str(tmp_path)}
    assert find_chromium(path) is None
    assert "`apt install chromium`" in why_not(path)

    for name in ("google-chrome", "chromium", "my-browser"):
        (tmp_path / name).touch(mode=0o755)
    named, wrong = ({**path, "CHROMIUM": str(tmp_path / name)} for name in ("my-browser", "gone"))
    assert find_chromium(path) == str(tmp_path / "chromium")
    assert find_chromium(named) == str(tmp_path / "my-browser")
    assert find_chromium(wrong) is None
    assert f"{tmp_path / 'gone'}, which is no program" in why_not(wrong)
