"""Queries of CloudWatch Logs Insights that are saved with the stack; docs/operations.md names them.

They read the lines `activity ended` and `answered` of lambdas/activity_handler.py and
lambdas/api/handler.py.
"""

from collections.abc import Sequence
from typing import Protocol

from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.settings.deployment_settings import DeploymentSettings

QUERIES = {
    "log lines of one order": """
        fields @timestamp, coalesce(message, type, `detail-type`) as line,
               coalesce(state, route, detail.kind, details.name) as subject, epoch, attempt, stage,
               coalesce(outcome, status, action) as result, reason, duration_ms, @logStream
        | filter order_id = "ORDER_ID" or detail.order_id = "ORDER_ID"
               or execution_arn like "ORDER_ID"
        | sort @timestamp asc
        | limit 1000
    """,
    "slow activities": """
        filter message = "activity ended"
        | stats count(*) as runs, pct(duration_ms, 50) as p50, pct(duration_ms, 99) as p99,
                max(duration_ms) as longest by state
        | sort p99 desc
    """,
    "errors by class": """
        filter message = "activity ended" and outcome != "ok"
        | stats count(*) as runs, count_distinct(order_id) as orders, latest(order_id) as example
                by outcome, state
        | sort runs desc
    """,
    "retries by activity": """
        filter message = "activity ended" and attempt > 1
        | stats count(*) as retries, max(attempt) as most, count_distinct(order_id) as orders,
                latest(order_id) as example by state
        | sort retries desc
    """,
}
"""By name. The first one is for one order: replace ORDER_ID before you run it."""


class Logged(Protocol):
    """A source of log lines about orders."""

    @property
    def log_group(self) -> logs.ILogGroup: ...


class SavedQueries(Construct):
    """The queries, over the log groups of functions and other sources."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: DeploymentSettings,
        logged: Sequence[Logged],
    ) -> None:
        super().__init__(scope, construct_id)
        names = [one.log_group.log_group_name for one in logged]
        for name, text in QUERIES.items():
            logs.CfnQueryDefinition(
                self,
                "".join(word.capitalize() for word in name.split()),
                name=f"{settings.stack_name}/{name}",
                log_group_names=names,
                query_string="\n".join(line.strip() for line in text.strip().splitlines()),
            )
