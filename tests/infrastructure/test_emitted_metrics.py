"""The table of metrics agrees with the code, the alarms and the dashboard."""

import ast
import json
import re
from collections.abc import Iterator

import pytest

from lambdas.domain import errors
from lambdas.handlers.order_events_handler import _MONEY
from lambdas.services.janitor import JanitorAction
from lambdas.services.payment_reports import ReportAction
from stacks.operations.emitted_metrics import (
    EMITTED,
    ERRORS,
    JANITOR_ACTIONS,
    NOT_SHOWN,
    REPORT_ACTIONS,
    require_emitted,
)
from tests.infrastructure.template import Template
from tests.support.definition import ROOT

WRITERS = {"count", "measure", "count_by"}


def written() -> Iterator[str]:
    """A pattern of each name that the code writes."""
    for file in sorted((ROOT / "lambdas").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and _called(node.func) in WRITERS and node.args:
                yield from _pattern(node.args[0])


def _called(function: ast.expr) -> str:
    name = function.attr if isinstance(function, ast.Attribute) else ast.unparse(function)
    return name.removeprefix("self.")


def _pattern(name: ast.expr) -> Iterator[str]:
    if isinstance(name, ast.Constant) and isinstance(name.value, str):
        yield re.escape(name.value)
    elif isinstance(name, ast.JoinedStr):
        parts = (one.value if isinstance(one, ast.Constant) else None for one in name.values)
        yield "".join(r"[\w-]+" if part is None else re.escape(str(part)) for part in parts)


def test_the_table_has_every_metric_that_the_code_writes_and_no_other() -> None:
    patterns = [one for one in written() if len(one) > 1]
    by_value = {"PaymentDisputed", "DisputeLost", "RefundFailedLater", *_MONEY.values(), *ERRORS}

    for pattern in patterns:
        assert any(re.fullmatch(pattern, name) for name in EMITTED), pattern
    for name in EMITTED.keys() - by_value:
        assert any(re.fullmatch(pattern, name) for pattern in patterns), name


def test_the_table_has_every_error_and_action() -> None:
    leaves = {
        subclass.__name__
        for family in (errors.PermanentError, errors.BusinessError, errors.TransientError)
        for subclass in family.__subclasses__()
    }

    assert set(ERRORS) == leaves - {"BusinessError"}
    assert set(JANITOR_ACTIONS) == {*JanitorAction, "stock-settled"}
    assert set(REPORT_ACTIONS) == {*ReportAction, "ignored", "refused", "postponed"}


def test_the_dashboard_shows_every_metric_that_is_not_excluded(template: Template) -> None:
    body = json.dumps(template.only("CloudWatch::Dashboard"))
    shown = {name for name in EMITTED if re.search(rf'[",\\=]{re.escape(name)}[",\\]', body)}

    assert shown == EMITTED.keys() - NOT_SHOWN.keys()
    assert NOT_SHOWN.keys() <= EMITTED.keys()


def test_the_dashboard_shows_the_business_before_the_infrastructure(template: Template) -> None:
    body = json.dumps(template.only("CloudWatch::Dashboard"))

    places = [body.index(one) for one in ("Orders by outcome", "Requests", "Messages for")]
    assert places == sorted(places)


def test_a_metric_that_no_function_writes_is_refused() -> None:
    with pytest.raises(ValueError, match="no function writes the metric OrderComplete"):
        require_emitted("OrderComplete", frozenset())
