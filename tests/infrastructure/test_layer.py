import ast
import re
from importlib.metadata import distributions, version
from pathlib import Path

import pytest

from stacks.functions.lambda_platform import AWS_SERVICES
from tests.infrastructure.template import Template
from tests.support.definition import ROOT


@pytest.fixture(scope="module")
def libraries(dev: Template) -> Path:
    """The folder of the layer that Lambda puts on `sys.path`."""
    return dev.package(dev.only("Lambda::LayerVersion")["Properties"]["Content"]) / "python"


def locked(name: str) -> dict[str, str]:
    """Package -> version (with its markers) of a lock file."""
    return dict(re.findall(r"^([a-z0-9-]+)==(.+?) ?\\$", (ROOT / name).read_text(), re.MULTILINE))


def test_every_function_runs_with_one_layer_that_outlives_the_stack(template: Template) -> None:
    """Published versions refer to it."""
    ((layer_id, layer),) = template.of_type("Lambda::LayerVersion").items()

    assert (layer["DeletionPolicy"], layer["UpdateReplacePolicy"]) == ("Retain", "Retain")
    for properties in template.functions().values():
        assert properties["Layers"] == [{"Ref": layer_id}]
        assert properties["Runtime"] in layer["Properties"]["CompatibleRuntimes"]


def test_the_emulator_runs_the_libraries_of_this_machine(emulator: Template) -> None:
    assert not emulator.of_type("Lambda::LayerVersion")
    assert not any("Layers" in properties for properties in emulator.functions().values())
    assert not list(emulator.directory.rglob("*.pyc"))


@pytest.mark.parametrize("name", ["requirements.txt", "requirements/dev.txt"])
def test_the_lock_files_agree_on_the_libraries_of_the_layer(name: str) -> None:
    layer = locked("requirements/layer.txt")

    assert {"aws-lambda-powertools", "botocore", "pydantic"} <= layer.keys()
    assert layer.items() <= locked(name).items()


def test_the_tests_run_with_exactly_the_versions_of_the_layer(libraries: Path) -> None:
    installed = distributions(path=[str(libraries)])
    found = {one.name.lower().replace("_", "-"): one.version for one in installed}

    assert found == {name: version(name) for name in found}
    assert found.keys() == locked("requirements/layer.txt").keys()


def test_machine_code_is_for_the_platform_of_the_functions(libraries: Path) -> None:
    names = {path.name for path in libraries.rglob("*.so")}

    assert names == {"_pydantic_core.cpython-314-aarch64-linux-gnu.so"}


MAKERS = ("client", "client_without_retries")
"""The functions of `aws_clients` that make a client."""


def test_the_layer_holds_the_services_that_functions_call_and_no_others(libraries: Path) -> None:
    called = set()
    for file in (ROOT / "lambdas").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in MAKERS:
                (service,) = node.args
                assert isinstance(service, ast.Constant), f"{file}: which service?"
                called.add(service.value)

    assert called == set(AWS_SERVICES)
    models = {path.name for path in (libraries / "botocore" / "data").iterdir() if path.is_dir()}
    assert models == called


def test_the_layer_holds_no_tests_or_programs(libraries: Path) -> None:
    assert not list(libraries.rglob("tests"))
    assert not (libraries / "bin").exists()
