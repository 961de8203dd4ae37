"""The synthesised stack is reused until an input changes; the port of the emulator is none."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from local.deployment import assembly as module
from local.deployment.assembly import PLACEHOLDER_URL, assembly
from local.host.folders import Folders
from local.host.progress import console

URLS = ("http://127.0.0.1:4001", "http://127.0.0.1:4002")
TEMPLATE = "OrderWorkflow-dev.template.json"


class Cdk:
    """Synthesises a template that contains its arguments and the sources, and counts the calls."""

    def __init__(self, sources: Path) -> None:
        self.runs = 0
        self.source = sources / "stacks" / "stack.py"
        self.source.parent.mkdir()
        self.source.write_text("1")
        self.while_running: Callable[[], None] = lambda: None

    def __call__(self, phase: str, arguments: Sequence[str], **_: Any) -> None:
        self.runs += 1
        text = " ".join([*arguments, self.source.read_text()])
        (Path(arguments[arguments.index("--output") + 1]) / TEMPLATE).write_text(text)
        self.while_running()


@pytest.fixture
def cdk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cdk:
    sources = tmp_path / "sources"
    sources.mkdir()
    made = Cdk(sources)
    monkeypatch.setattr(module, "run_cdk", made)
    monkeypatch.setattr(module, "REPOSITORY", sources)
    monkeypatch.setattr(Folders, "assemblies", tmp_path / "assemblies")
    return made


def template(folders: Folders, url: str = URLS[0], **context: str) -> str:
    context = {"console_url": f"{url}/console", **context}
    return (assembly(folders, context, url=url) / TEMPLATE).read_text()


def test_another_port_needs_no_synthesis(tmp_path: Path, cdk: Cdk) -> None:
    for url in URLS:
        deployed = template(Folders(tmp_path / "home"), url)
        assert f"console_url={url}/console" in deployed
        assert PLACEHOLDER_URL not in deployed

    assert cdk.runs == 1


def test_the_address_of_the_payment_provider_needs_no_synthesis(tmp_path: Path, cdk: Cdk) -> None:
    for stripe_url in ("http://127.0.0.1:5001", "http://127.0.0.1:5002"):
        context = {"payment_api_url": stripe_url}
        folder = assembly(
            Folders(tmp_path / "home"),
            context,
            url=URLS[0],
            others={stripe_url: module.PLACEHOLDER_STRIPE_URL},
        )
        assert f"payment_api_url={stripe_url}" in (folder / TEMPLATE).read_text()

    assert cdk.runs == 1


def test_the_progress_says_that_the_template_is_reused(tmp_path: Path, cdk: Cdk) -> None:
    with console.capture() as first:
        template(Folders(tmp_path / "home"))
    with console.capture() as second:
        template(Folders(tmp_path / "home"))

    assert "synthesising the stack" in first.get()
    assert "reusing" not in first.get()
    assert "reusing the synthesised template: no source has changed" in second.get()


def test_another_setting_needs_a_synthesis(tmp_path: Path, cdk: Cdk) -> None:
    for seconds in ("60", "90", "60"):
        deployed = template(Folders(tmp_path / "home"), heartbeat_seconds=seconds)
        assert f"heartbeat_seconds={seconds}" in deployed

    assert cdk.runs == 2


def test_a_changed_source_needs_a_synthesis(tmp_path: Path, cdk: Cdk) -> None:
    template(Folders(tmp_path / "home"))
    cdk.source.write_text("2")

    assert template(Folders(tmp_path / "home")).endswith(" 2")
    assert cdk.runs == 2


def test_a_source_that_changes_during_the_synthesis_is_synthesised_again(
    tmp_path: Path, cdk: Cdk
) -> None:
    def edit() -> None:
        cdk.source.write_text("2")

    cdk.while_running = edit

    assert template(Folders(tmp_path / "home")).endswith(" 2")
    cdk.source.write_text("1")
    assert template(Folders(tmp_path / "home")).endswith(" 2")


def test_a_failed_synthesis_is_repeated(tmp_path: Path, cdk: Cdk) -> None:
    def fail() -> None:
        raise OSError("disk full")

    cdk.while_running = fail
    with pytest.raises(OSError, match="disk full"):
        template(Folders(tmp_path / "home"))

    cdk.while_running = lambda: None
    assert template(Folders(tmp_path / "home")).endswith(" 1")
    assert cdk.runs == 2


def test_two_environments_deploy_separate_copies(tmp_path: Path, cdk: Cdk) -> None:
    one, two = (Folders(tmp_path / name) for name in ("one", "two"))

    first = template(one)
    template(two, URLS[1])

    kept = one.home / "cdk.out" / TEMPLATE
    assert kept.read_text() == first
    assert cdk.runs == 1
