import ast
import shutil
from functools import cache
from pathlib import Path

import pytest

from tests.infrastructure.synthesis import synthesised
from tests.infrastructure.template import Template
from tests.support.definition import ROOT

SYNTHESISED_FROM = (
    "console",
    "lambdas",
    "statemachine",
    "docs/openapi.json",
    "requirements/layer.txt",
)
JANITOR = {"janitor-sweep", "janitor-execution-stopped"}


def packages(template: Template) -> dict[str, Path]:
    """The package of each function, by the function's name."""
    return {
        name: template.package(properties["Code"])
        for name, properties in template.functions().items()
    }


def files(package: Path) -> set[Path]:
    found = (path.relative_to(package) for path in package.rglob("*") if path.is_file())
    return {path for path in found if path.suffix != ".pyc"}


def sources(*left_out: str) -> set[Path]:
    """The files of `lambdas` and `console` without some parts."""
    found = {Path(name) / path for name in ("console", "lambdas") for path in files(ROOT / name)}
    omitted = {Path(name) for name in left_out}
    return {
        path
        for path in found
        if "__pycache__" not in path.parts and not {*path.parents, path} & omitted
    }


@pytest.fixture(params=["dev", "emulator"])
def template(request: pytest.FixtureRequest) -> Template:
    found: Template = request.getfixturevalue(request.param)
    return found


ENTRIES = (
    *("console", "lambdas/activities", "lambdas/api"),
    *(
        "lambdas/handlers/history_handler.py",
        "lambdas/handlers/janitor_handler.py",
        "lambdas/handlers/webhook_handler.py",
    ),
    *("lambdas/handlers/mail_reports_handler.py", "lambdas/handlers/order_events_handler.py"),
    "lambdas/handlers/comparison_handler.py",
)
OWN = {
    **{name: ["lambdas/handlers/janitor_handler.py"] for name in JANITOR},
    **{
        f"{task}-histories": ["lambdas/handlers/history_handler.py"] for task in ("export", "sweep")
    },
    "api": ["console", "lambdas/api"],
    "compare-payments": ["lambdas/handlers/comparison_handler.py"],
    "payment-webhook": ["lambdas/handlers/webhook_handler.py"],
    "publish-events": ["lambdas/handlers/order_events_handler.py"],
    "record-mail-reports": ["lambdas/handlers/mail_reports_handler.py"],
}
"""The entry points of each function; those of an activity are the activities."""


def test_a_package_is_the_code_without_the_entry_points_of_other_functions(
    template: Template,
) -> None:
    for name, package in packages(template).items():
        own = OWN.get(name, ["lambdas/activities"])
        assert files(package) == sources(*(entry for entry in ENTRIES if entry not in own)), name


@cache
def imported(file: Path) -> frozenset[str]:
    """Every module and name that a file imports, wherever the statement stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


def source_of(module: str) -> Path | None:
    path = Path(module.replace(".", "/"))
    options = (path.with_suffix(".py"), path / "__init__.py")
    return next((option for option in options if (ROOT / option).is_file()), None)


def reachable(module: str) -> set[Path]:
    """The sources that a module may import, directly or through others."""
    found: set[Path] = set()
    waiting = [module]
    while waiting:
        source = source_of(waiting.pop())
        if source is not None and source not in found:
            found.add(source)
            waiting += [name for name in imported(ROOT / source) if name.startswith("lambdas.")]
    return found


def test_a_package_holds_everything_that_its_handler_imports(dev: Template) -> None:
    for name, package in packages(dev).items():
        module = dev.functions()[name]["Handler"].rpartition(".")[0]
        needed = reachable(module)
        assert Path("lambdas/dependencies.py") in needed
        assert needed - files(package) == set(), name


def test_a_change_publishes_only_the_functions_that_run_it(dev: Template, tmp_path: Path) -> None:
    root = tmp_path / "root"
    for name in SYNTHESISED_FROM:
        source, copy = ROOT / name, root / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, copy) if source.is_dir() else shutil.copy(source, copy)
    for changed in ("console/console.css", "lambdas/handlers/janitor_handler.py"):
        with (root / changed).open("a") as file:
            file.write("\n")

    other = synthesised(tmp_path / "cdk.out", root)

    before, after = dev.functions(), other.functions()
    republished = {name for name in before if before[name]["Code"] != after[name]["Code"]}
    assert republished == {"api"} | JANITOR
    assert dev.of_type("Lambda::Version").keys() == other.of_type("Lambda::Version").keys()
    assert dev.properties("Lambda::LayerVersion") == other.properties("Lambda::LayerVersion")
