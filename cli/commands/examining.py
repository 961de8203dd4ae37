"""For operators who look for causes: doctor, versions of what answers."""

import os
import time
from collections.abc import Mapping
from math import isfinite
from textwrap import fill
from typing import Any

from rich.console import Group, RenderableType

from cli import profiles
from cli.api import Api
from cli.output import Format, Output, show
from cli.problems import Problem, Unreachable
from cli.selection import selected
from cli.session import As
from cli.sign_in import claims, roles, user
from cli.terminal import out
from cli.text import line
from cli.words import STAGE_MARKS

Finding = dict[str, Any]
"""One thing that was looked at: `check`, `ok` (None: nobody can tell), `told` in words, and its
`numbers` by name."""

_LOOKED_AT = 1_000
"""Orders that are being compensated, at most: a sound deployment has a handful."""


def doctor(profile: As = None, output: Output = Format.TABLE) -> None:
    """Check the way to the API: address, health, console, token, role, and the orders by stage.

    Exit code 4 if something is wrong.
    """
    name, chosen = profiles.current(os.environ, profile)
    api = Api(chosen.api_url, chosen.token or None)
    health = _health(api)
    findings = [
        _finding("profile", True, f"{name}: {chosen.api_url}"),
        health,
        _console(api, health),
        _token(chosen.token, profile),
        *([_orders(api), _compensation(api)] if health["ok"] else _unseen()),
    ]
    show({"findings": findings}, output, lambda shown: _lines(shown["findings"]))
    wrong = [str(one["check"]) for one in findings if one["ok"] is False]
    if wrong:
        raise Unreachable(
            f"something is wrong: {', '.join(wrong)}",
            advice="fix the first problem and run `orders doctor` again",
        )


def _finding(check: str, ok: bool | None, told: str, **numbers: int) -> Finding:
    return {"check": check, "ok": ok, "told": told, "numbers": numbers}


def _trouble(check: str, problem: Problem) -> Finding:
    """What went wrong, and what to try; that is never the command that tells it."""
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
        return _trouble("health", problem)
    took = round((time.perf_counter() - began) * 1000)
    return _finding("health", True, f"answers in {took} ms", milliseconds=took)


def _console(api: Api, health: Finding) -> Finding:
    """The console comes from the API itself: it is there if that answers."""
    page = f"{api.url}/console"
    if health["ok"]:
        return _finding("console", True, page)
    return _finding("console", None, f"could not be looked at: {page}")


def _unseen() -> list[Finding]:
    """Of an API that does not answer: asking it twice more would take long and tell nothing new."""
    return [
        _finding(check, False, "could not be looked at") for check in ("orders", "compensation")
    ]


def _token(token: str, profile: str | None) -> Finding:
    if not token:
        return _finding("token", False, "none: `orders login`, or set ORDERS_TOKEN")
    told = claims(token)
    if not told:
        from_environment = profile is None and os.environ.get("ORDERS_TOKEN")
        where = "ORDERS_TOKEN is set, but" if from_environment else "there is one, but it"
        return _finding("token", False, f"{where} cannot be read as a token: `orders login`")
    seconds = _seconds_left(told.get("exp"))
    who = user(token)
    allowed = ", ".join(sorted(roles(token))) or told.get("scope") or "no role"
    if seconds <= 0:
        return _finding("token", False, f"of {who}, expired: `orders login`", minutes=0)
    minutes = seconds // 60
    told_for = f"{who} ({allowed}), for {minutes} more minutes"
    return _finding("token", True, told_for, minutes=minutes)


def _seconds_left(expiry: Any) -> int:
    """Until a token's expiry; 0 if it has passed or is no time."""
    if not isinstance(expiry, int | float) or not isfinite(expiry):
        return 0
    return max(0, int(expiry - time.time()))


def _orders(api: Api) -> Finding:
    try:
        counts = api.get("/stages")["stages"]
    except Problem as problem:
        return _trouble("orders", problem)
    numbers = {one["stage"]: one["orders"] for one in counts}
    exact = all(one["exact"] for one in counts)
    counted = [_counted(one) for one in counts if one["orders"]]
    total = f"{_number(sum(numbers.values()), exact)} in all"
    return _finding("orders", True, ", ".join((total, *counted)), exact=exact, **numbers)


def _counted(one: Mapping[str, Any]) -> str:
    stage = one["stage"]
    return f"{STAGE_MARKS.get(stage, '▸')} {_number(one['orders'], one['exact'])} {stage}"


def _number(count: int, exact: bool) -> str:
    """`1,000+` for a count that stopped at its limit."""
    return f"{count:,}" if exact else f"{count:,}+"


def _compensation(api: Api) -> Finding:
    """Not well when the ledger of an order says that something could not be undone."""
    query = {"stage": "compensating"}
    try:
        found = list(selected(api, "/orders", "orders", _LOOKED_AT, page=100, **query))
    except Problem as problem:
        return _trouble("compensation", problem)
    stuck = [one["order_id"] for one in found if _is_stuck(one)]
    numbers = {"under_way": len(found), "stuck": len(stuck)}
    if not stuck:
        return _finding("compensation", True, f"{len(found)} under way, none stuck", **numbers)
    told = f"{len(stuck)} of {len(found)} stuck: `orders describe {stuck[0]}` says at what"
    return _finding("compensation", False, told, **numbers)


def _is_stuck(order: dict[str, Any]) -> bool:
    return any(effect["stuck"] for effect in order["ledger"].values())


def _lines(findings: list[Finding]) -> RenderableType:
    """A few lines each, broken between words only: an address that is cut cannot be followed."""
    marks = {True: ("✓", "green"), False: ("✗", "red"), None: ("?", "yellow")}
    return Group(
        *(line(" ", marks[one["ok"]], f"  {one['check']:<12}  {_wrapped(one)}") for one in findings)
    )


def _wrapped(finding: Finding) -> str:
    indent = " " * 18
    told = fill(
        finding["told"],
        out.width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return told.removeprefix(indent)
