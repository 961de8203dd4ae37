"""Placeholders of the definition = rows of the stack = @activity functions in the code."""

import ast
import importlib
import inspect
import pkgutil
import re

import lambdas.activities
from lambdas.domain import activities
from tests.support.definition import ROOT, load, placeholder, tasks

ROWS = ROOT / "stacks/workflow/activity_functions.py"


def activity_functions() -> dict[str, str]:
    """State name -> `module.function`, read from the code."""
    found = {}
    for module_info in pkgutil.iter_modules(lambdas.activities.__path__):
        module = importlib.import_module(f"lambdas.activities.{module_info.name}")
        for name, value in vars(module).items():
            if inspect.isfunction(value) and hasattr(value, "__wrapped__"):
                found[_state_name(name)] = f"{module_info.name}.{name}"
    return found


def stack_rows() -> dict[str, str]:
    """State name -> `module.function`, read from the stack's table without building a stack."""
    for node in ast.walk(ast.parse(ROWS.read_text())):
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "ACTIVITIES":
            assert isinstance(node.value, ast.Dict)
            pairs = zip(node.value.keys, node.value.values, strict=True)
            return {_constant(key): _constant(_first_argument(row)) for key, row in pairs}
    raise AssertionError(f"{ROWS} has no ACTIVITIES table")


def _first_argument(row: ast.expr) -> ast.expr:
    assert isinstance(row, ast.Call)
    return row.args[0]


def _constant(node: ast.expr | None) -> str:
    assert isinstance(node, ast.Constant)
    return str(node.value)


def _state_name(function: str) -> str:
    return "".join(word.capitalize() for word in function.split("_"))


def test_every_placeholder_is_an_activity_and_every_activity_is_used() -> None:
    placeholders = {placeholder(task) for task in tasks(load()).values()}

    assert placeholders == set(activity_functions())


def test_every_activity_has_its_row_in_the_stack_under_its_own_name() -> None:
    assert stack_rows() == activity_functions()


def test_a_state_is_called_like_its_function() -> None:
    for name, task in tasks(load()).items():
        assert re.sub(r"V\d+$", "", name) == placeholder(task)


def test_every_activity_belongs_to_the_interface_of_its_module() -> None:
    declared = {
        f"{_module_of(interface)}.{name}"
        for interface in vars(activities).values()
        if inspect.isclass(interface) and interface.__module__ == activities.__name__
        for name in vars(interface)
        if not name.startswith("_")
    }

    assert declared == set(activity_functions().values())


def _module_of(interface: type) -> str:
    """The module that implements an interface: `order_status` of OrderStatusActivities."""
    words = re.findall(r"[A-Z][a-z]+", interface.__name__.removesuffix("Activities"))
    return "_".join(words).lower()
