"""For operators who look for causes: doctor, versions of what answers."""

import os
import time
from typing import Any

from rich.table import Table

from cli import profiles
from cli.api import Api
from cli.output import Format, Output, show
from cli.problems import Problem, Unreachable
from cli.selection import selected
from cli.session import As
from cli.sign_in import claims
from cli.words import STAGE_MARKS, plain

Finding = dict[str, str | bool]

_LOOKED_AT = 1_000
"""Orders that are being compensated, at most: a sound deployment has a handful."""


def doctor(profile: As = None, output: Output = Format.TABLE) -> None:
    """Check the way to the API: address, health, console, token, role, and how orders fare.

    Exit code 4 if something is wrong.
    """
    name, chosen = profiles.current(os.environ, profile)
    api = Api(chosen.api_url, chosen.token or None)
    findings = [
        _finding("profile", True, f"{name}: {chosen.api_url}"),
        _health(api),
        _finding("console", True, f"{api.url}/console"),
        _token(chosen.token),
        _orders(api),
        _compensation(api),
    ]
    show({"findings": findings}, output, lambda: _table(findings))
    wrong = [str(one["check"]) for one in findings if not one["ok"]]
    if wrong:
        raise Unreachable(
            f"something is wrong: {', '.join(wrong)}", advice="mend the first one and look again"
        )


def _finding(check: str, ok: bool, told: str) -> Finding:
    return {"check": check, "ok": ok, "told": told}


def _health(api: Api) -> Finding:
    began = time.perf_counter()
    try:
        api.get("/health")
    except Problem as problem:
        return _finding("health", False, f"{problem.message}: {problem.advice}")
    return _finding("health", True, f"answers in {(time.perf_counter() - began) * 1000:.0f} ms")


def _token(token: str) -> Finding:
    told = claims(token)
    if not told:
        return _finding("token", False, "none: `orders login`, or set ORDERS_TOKEN")
    seconds = int(told.get("exp", 0) - time.time())
    who = told.get("username") or told.get("client_id")
    roles = ", ".join(told.get("cognito:groups", [])) or told.get("scope") or "no role"
    if seconds <= 0:
        return _finding("token", False, f"of {who}, expired: `orders login`")
    return _finding("token", True, f"{who} ({roles}), for {seconds // 60} more minutes")


def _orders(api: Api) -> Finding:
    try:
        stages = {one["stage"]: one["orders"] for one in api.get("/stages")["stages"]}
    except Problem as problem:
        return _finding("orders", False, f"{problem.message}: {problem.advice}")
    counted = [f"{STAGE_MARKS.get(name, '▸')} {name} {n}" for name, n in stages.items() if n]
    return _finding("orders", True, ", ".join(counted) or "none yet")


def _compensation(api: Api) -> Finding:
    """Not well when the ledger of an order says that something could not be undone."""
    query = {"stage": "compensating"}
    try:
        found = list(selected(api, "/orders", "orders", _LOOKED_AT, page=100, **query))
    except Problem as problem:
        return _finding("compensation", False, f"{problem.message}: {problem.advice}")
    stuck = [one["order_id"] for one in found if _is_stuck(one)]
    if not stuck:
        return _finding("compensation", True, f"{len(found)} under way, none stuck")
    told = f"{len(stuck)} of {len(found)} stuck: `orders describe {stuck[0]}` says at what"
    return _finding("compensation", False, told)


def _is_stuck(order: dict[str, Any]) -> bool:
    return any(effect["stuck"] for effect in order["ledger"].values())


def _table(findings: list[Finding]) -> Table:
    table = Table(box=None, show_header=False)
    for one in findings:
        mark = "[green]✓[/]" if one["ok"] else "[red]✗[/]"
        table.add_row(mark, str(one["check"]), plain(str(one["told"])))
    return table
