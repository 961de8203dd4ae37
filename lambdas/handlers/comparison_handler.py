"""Lambda handler of the daily comparison of the ledger with the payment provider."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from lambdas.dependencies import dependencies
from lambdas.services.payment_comparison import DAY_MS, FAILED
from lambdas.telemetry import count, flush_metrics, log_keys, logger, request_id


class PaymentsNotCompared(Exception):
    """Some payments could not be compared; the log names them. Lambda repeats the comparison."""


def compare(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Compare a day (UTC): the one in `{"date": "2026-11-27"}`, by default yesterday.

    Raises PaymentsNotCompared, after all other payments were compared, and PaymentUnsettled or
    StoreUnavailable if the lists cannot be read.
    """
    deps = dependencies()
    with log_keys(request_id=request_id(context)):
        date = str(event.get("date") or _yesterday(deps.clock.now()))
        since = int(datetime.fromisoformat(f"{date}T00:00:00+00:00").timestamp() * 1000)
        try:
            done = deps.payment_comparison.compare(since, since + DAY_MS)
            count("PaymentsCompared", sum(done.values()))
            logger.info("payments compared", date=date, payments=done)
        finally:
            flush_metrics()
    if done.get(FAILED):
        raise PaymentsNotCompared(f"{done[FAILED]} payments could not be compared")
    return {"date": date, "payments": done}


def _yesterday(now: int) -> str:
    present = datetime.fromtimestamp(now / 1000, UTC)
    return (present - timedelta(days=1)).date().isoformat()
