"""The synthesised stack is cached by content, independent of the emulator's port."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from local.deployment import assembly as module
from local.deployment.assembly import ANY_URL, assembly
from local.host.folders import Folders

URLS = ("http://127.0.0.1:4001", "http://127.0.0.1:4002")


class Cdk:
    """Synthesises a template that contains its arguments, and counts the calls."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self, phase: str, arguments: Sequence[str], **_: Any) -> None:
        self.runs += 1
        folder = Path(arguments[arguments.index("--output") + 1])
        folder.mkdir()
        (folder / "OrderWorkflow-dev.template.json").write_text(" ".join(arguments))


@pytest.fixture
def cdk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cdk:
    made = Cdk()
    monkeypatch.setattr(module, "run_cdk", made)
    monkeypatch.setattr(Folders, "assemblies", tmp_path / "assemblies")
    return made


def template(folders: Folders, url: str, **context: str) -> str:
    context = {"console_url": f"{url}/console", **context}
    return (assembly(folders, context, url=url) / "OrderWorkflow-dev.template.json").read_text()


def test_another_port_needs_no_synthesis(tmp_path: Path, cdk: Cdk) -> None:
    for url in URLS:
        deployed = template(Folders(tmp_path / "home"), url)
        assert f"console_url={url}/console" in deployed
        assert ANY_URL not in deployed

    assert cdk.runs == 1


def test_another_setting_needs_a_synthesis(tmp_path: Path, cdk: Cdk) -> None:
    for seconds in ("60", "90", "60"):
        deployed = template(Folders(tmp_path / "home"), URLS[0], heartbeat_seconds=seconds)
        assert f"heartbeat_seconds={seconds}" in deployed

    assert cdk.runs == 2


def test_two_environments_deploy_separate_copies(tmp_path: Path, cdk: Cdk) -> None:
    one, two = (Folders(tmp_path / name) for name in ("one", "two"))

    first = template(one, URLS[0])
    template(two, URLS[1])

    kept = one.home / "cdk.out" / "OrderWorkflow-dev.template.json"
    assert kept.read_text() == first
    assert cdk.runs == 1
