"""Checks the connection to a deployment: `orders doctor`."""

import os
import time
from collections.abc import Mapping
from math import isfinite
from textwrap import fill
from typing import Any

from rich.console import Group, RenderableType

from cli.client.api import Api
from cli.commands.options import ProfileOption
from cli.problems import Problem, Unreachable
from cli.sign_in import profiles
from cli.sign_in.tokens import claims, roles, user
from cli.terminal.console import out
from cli.terminal.output import Format, Output, show
from cli.terminal.text import line
from cli.views.formats import STAGE_MARKS

Finding = dict[str, Any]
"""The result of one check, as in the JSON output; `ok` is None if it is unknown."""

_MAX_COMPENSATING = 1_000
"""Maximum number of orders to check in compensation. A healthy deployment has a few."""


def doctor(profile: ProfileOption = None, output: Output = Format.TABLE) -> None:
    """Check the connection to the API: address, health, console, token, role, orders by stage.

    Exit code 4 if a check fails.
    """
    name, chosen = profiles.current(os.environ, profile)
    api = Api(chosen.api_url, chosen.token or None)
    health = _health(api)
    findings = [
        _finding("profile", True, f"{name}: {chosen.api_url}"),
        health,
        _console(api, health),
        _token(chosen.token, profile),
        *([_orders(api), _compensation(api)] if health["ok"] else _skipped_checks()),
    ]
    show({"findings": findings}, output, lambda shown: _lines(shown["findings"]))
    wrong = [str(finding["check"]) for finding in findings if finding["ok"] is False]
    if wrong:
        raise Unreachable(
            f"these checks failed: {', '.join(wrong)}",
            advice="fix the first problem and run `orders doctor` again",
        )


def _finding(check: str, ok: bool | None, message: str, **numbers: int) -> Finding:
    return {"check": check, "ok": ok, "message": message, "numbers": numbers}


def _failed_check(check: str, problem: Problem) -> Finding:
    """A failed check. Its advice does not name `orders doctor`, which is running."""
    advice = problem.advice
    if "orders doctor" in advice:
        advice = "check the address, or start one: `python -m local up`"
        advice = advice if problem.is_final else "try again in a moment"
    return _finding(check, False, f"{problem.message}: {advice}")


def _health(api: Api) -> Finding:
    began = time.perf_counter()
    try:
        api.get("/health")
    except Problem as problem:
        return _failed_check("health", problem)
    took = round((time.perf_counter() - began) * 1000)
    return _finding("health", True, f"answers in {took} ms", milliseconds=took)


def _console(api: Api, health: Finding) -> Finding:
    """The API serves the console, so the console is available if the API is."""
    page = f"{api.url}/console"
    if health["ok"]:
        return _finding("console", True, page)
    return _finding("console", None, f"not checked: {page}")


def _skipped_checks() -> list[Finding]:
    """Checks that are skipped when the API does not answer: each would wait for the timeout."""
    return [_finding(check, False, "not checked") for check in ("orders", "compensation")]


def _token(token: str, profile: str | None) -> Finding:
    if not token:
        return _finding("token", False, "none: `orders login`, or set ORDERS_TOKEN")
    content = claims(token)
    if not content:
        from_environment = profile is None and os.environ.get("ORDERS_TOKEN")
        where = "ORDERS_TOKEN" if from_environment else "the token of the profile"
        return _finding("token", False, f"{where} is not a valid token: `orders login`")
    seconds = _seconds_left(content.get("exp"))
    who = user(token)
    allowed = ", ".join(sorted(roles(token))) or content.get("scope") or "no role"
    if seconds <= 0:
        return _finding("token", False, f"of {who}, expired: `orders login`", minutes=0)
    minutes = seconds // 60
    message = f"{who} ({allowed}), expires in {minutes} minutes"
    return _finding("token", True, message, minutes=minutes)


def _seconds_left(expiry: Any) -> int:
    """Seconds until a token expires; 0 if it has expired or `exp` is invalid."""
    if not isinstance(expiry, int | float) or not isfinite(expiry):
        return 0
    return max(0, int(expiry - time.time()))


def _orders(api: Api) -> Finding:
    try:
        counts = api.get("/stages")["stages"]
    except Problem as problem:
        return _failed_check("orders", problem)
    numbers = {count["stage"]: count["orders"] for count in counts}
    exact = all(count["exact"] for count in counts)
    counted = [_stage_count(count) for count in counts if count["orders"]]
    total = f"{_number(sum(numbers.values()), exact)} in all"
    return _finding("orders", True, ", ".join((total, *counted)), exact=exact, **numbers)


def _stage_count(one: Mapping[str, Any]) -> str:
    stage = one["stage"]
    return f"{STAGE_MARKS.get(stage, '▸')} {_number(one['orders'], one['exact'])} {stage}"


def _number(count: int, exact: bool) -> str:
    """Format a count; `1,000+` if counting stopped at a limit."""
    return f"{count:,}" if exact else f"{count:,}+"


def _compensation(api: Api) -> Finding:
    """Fails if the ledger of an order has a stuck effect."""
    try:
        found = list(
            api.newest(
                "/orders", "orders", limit=_MAX_COMPENSATING, page_size=100, stage="compensating"
            )
        )
    except Problem as problem:
        return _failed_check("compensation", problem)
    stuck = [one["order_id"] for one in found if _is_stuck(one)]
    numbers = {"under_way": len(found), "stuck": len(stuck)}
    if not stuck:
        return _finding("compensation", True, f"{len(found)} under way, none stuck", **numbers)
    message = f"{len(stuck)} of {len(found)} stuck: `orders describe {stuck[0]}` shows the effect"
    return _finding("compensation", False, message, **numbers)


def _is_stuck(order: dict[str, Any]) -> bool:
    return any(effect["stuck"] for effect in order["ledger"].values())


def _lines(findings: list[Finding]) -> RenderableType:
    """One paragraph per check. Lines break between words only, so that addresses stay whole."""
    marks = {True: ("✓", "green"), False: ("✗", "red"), None: ("?", "yellow")}
    return Group(
        *(
            line(" ", marks[finding["ok"]], f"  {finding['check']:<12}  {_wrap_message(finding)}")
            for finding in findings
        )
    )


def _wrap_message(finding: Finding) -> str:
    indent = " " * 18
    text = fill(
        finding["message"],
        out.width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return text.removeprefix(indent)
