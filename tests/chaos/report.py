"""The report of a run."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape

from tests.chaos.campaign import Campaign, Plan
from tests.chaos.campaign_result import CampaignResult


def show(console: Console, campaign: Campaign, result: CampaignResult, seconds: float) -> None:
    """Print the problems, the kills, their effects, and the command that repeats the run."""
    for problem in (*result.lost, *result.broken):
        console.print(f"[red]✗[/] {escape(problem)}")
    for stages in campaign.stages:
        console.print(f"at a kill of the emulator: {_counts(stages)}")
    killed = campaign.killed
    console.print(
        f"killed: {killed['workers']} workers, {killed['payments']} times the workers of a payment "
        f"({campaign.killed_at_work} at work), "
        f"{killed['emulator']} emulators, {killed['tables']} times the tables"
    )
    console.print(
        f"effects: {campaign.interrupted} activities failed with their worker; "
        f"requests repeated after {_counts(campaign.repeated)}"
    )
    console.print(f"{result.orders} orders, {result.signals} accepted signals in {seconds:.0f} s")
    console.print(f"ends: {_counts(result.ends)}")
    console.print(f"lost {len(result.lost)}, invariants broken {len(result.broken)}")
    console.print(f"replay: {_replay(campaign.plan)}")


def _counts(counter: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counter.items())) or "nothing"


def _replay(plan: Plan) -> str:
    numbers = f"--seed {plan.seed} --orders {plan.orders} --kills {plan.worker_kills}"
    others = f"--emulator-kills {plan.emulator_kills} --table-kills {plan.table_kills}"
    flag = " --reconcile-now" if plan.reconcile_now else ""
    return f"python -m tests.chaos {numbers} {others}{flag}"


def as_json(campaign: Campaign, result: CampaignResult, seconds: float) -> dict[str, Any]:
    """Return the same report for scripts."""
    return {
        "orders": result.orders,
        "signals": result.signals,
        "ends": result.ends,
        "lost": result.lost,
        "broken": result.broken,
        "seed": campaign.plan.seed,
        "replay": _replay(campaign.plan),
        "passed": result.passed,
        "seconds": round(seconds, 1),
        "killed": campaign.killed,
        "killed_at_work": campaign.killed_at_work,
        "activities_interrupted": campaign.interrupted,
        "requests_repeated": campaign.repeated,
        "stages_at_emulator_kills": campaign.stages,
    }
