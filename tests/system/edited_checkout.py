"""A copy of the checkout with the first stage of an example of docs/evolution.md, and its release
to a deployed emulator with the CDK.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.deployment import cdk
from local.deployment.deploy import deploy
from local.host.folders import REPOSITORY
from local.lifecycle.up import stack_context
from tests.evolution.examples import DIFFS, patched
from tests.support.definition import DEFINITION
from tests.system.environments import Environment

NEEDED = ("app.py", "cdk.json", "environments.toml", "requirements*.txt", "docs/openapi.json")
FOLDERS = ("console", "lambdas", "local", "stacks", "statemachine", "tools")


def edited_checkout(title: str, folder: Path) -> Path:
    """The copy: the page's diff is applied to the code, and its first patch to the definition."""
    for name in FOLDERS:
        shutil.copytree(
            REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    for file in (file for pattern in NEEDED for file in REPOSITORY.glob(pattern)):
        (folder / file.relative_to(REPOSITORY)).parent.mkdir(exist_ok=True)
        shutil.copy(file, folder / file.relative_to(REPOSITORY))
    apply = ["git", "apply", "--verbose", "-"]
    done = subprocess.run(
        apply, cwd=folder, input=DIFFS[title], text=True, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (folder / DEFINITION.relative_to(REPOSITORY)).write_text(json.dumps(patched(title, 0)))
    return folder


@contextmanager
def released(deployment: Environment, checkout: Path) -> Iterator[None]:
    """Deploy the checkout over the environment's stack; at the end, the original stack again."""
    folders, state = deployment.folders, deployment.state
    app = f'"{sys.executable}" -m local.deployment.emulator_app'
    context = [word for item in stack_context(state).items() for word in ("-c", "=".join(item))]
    assembly = folders.home / "cdk.out.edited"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cdk, "REPOSITORY", checkout)
        arguments = ["synth", "--quiet", "--app", app, "--output", str(assembly), *context]
        cdk.run_cdk(
            "synthesising", arguments, url=state.emulator_url, log=folders.log("synth-edited")
        )
    deploy(folders, assembly, url=state.emulator_url)
    try:
        yield
    finally:
        deploy(folders, folders.home / "cdk.out", url=state.emulator_url)
