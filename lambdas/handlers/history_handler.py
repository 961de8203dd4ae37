"""Lambda handlers of the export of histories: by the queue of ended executions, and the sweep."""

import json
from collections.abc import Mapping
from typing import Any

from lambdas.dependencies import Dependencies, dependencies
from lambdas.domain.errors import OrderError
from lambdas.handlers.message_batch import BatchAnswer, process_each
from lambdas.services.history_export import HistoryExport
from lambdas.telemetry import count, count_by, flush_metrics, log_keys, logger, report_recovered
from lambdas.ulid import ULID


def export(event: Mapping[str, Any], context: object) -> BatchAnswer:  # noqa: ARG001
    """SQS: executions that ended. Returns the messages that failed: SQS delivers them again."""
    return process_each(event, _export)


def sweep(event: Mapping[str, Any], context: object) -> dict[str, int]:  # noqa: ARG001
    """Every five minutes: export the histories whose event was lost."""
    exported = history_export(dependencies()).sweep()
    count("HistoriesSweptUp", exported)
    flush_metrics()
    logger.info("histories swept", exported=exported)
    return {"exported": exported}


def history_export(deps: Dependencies) -> HistoryExport:
    """The export with the dependencies of this process."""
    return HistoryExport(
        orders=deps.orders,
        index=deps.index,
        executions=deps.executions,
        outcomes=deps.outcomes,
        histories=deps.histories,
        position=deps.sweep_position,
        clock=deps.clock,
        count_by=count_by,
    )


def _export(record: Mapping[str, Any]) -> bool:
    """Export the execution that a message names, `<order>-<epoch>`; whether that succeeded. One
    that a person started under another name belongs to no order. A malformed message fails alone.
    """
    try:
        name = str(json.loads(record["body"])["execution"])
    except (KeyError, TypeError, ValueError):
        logger.error("malformed message", message_id=record["messageId"])
        count("HistoryExportFailed")
        return False
    order_id, _, epoch = name.rpartition("-")
    if not ULID.fullmatch(order_id) or not epoch.isdecimal():
        logger.info("history of no order", execution=name)
        return True
    with log_keys(order_id=order_id, epoch=int(epoch)):
        try:
            exported = history_export(dependencies()).export(order_id, int(epoch))
        except OrderError as error:
            report_recovered(error)
            count("HistoryExportFailed")
            return False
        logger.info("history exported", exported=exported)
    return True
