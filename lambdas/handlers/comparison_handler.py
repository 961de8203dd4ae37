"""Lambda handler of the daily comparison of the ledger with the payment provider."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from lambdas.dependencies import dependencies
from lambdas.handlers.event_fields import MalformedEvent, read_field
from lambdas.services.payment_comparison import DAY_MS, FAILED
from lambdas.telemetry import count, flush_metrics, log_keys, logger, request_id

_EXPECTED = '`{"date": "2026-11-27"}`, or `{}` for yesterday'


class PaymentsNotCompared(Exception):
    """Some payments could not be compared; the log names them. Lambda repeats the comparison."""


def compare(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Compare a day (UTC): the one in `{"date": "2026-11-27"}`, by default yesterday.

    Raises PaymentsNotCompared, after all other payments were compared, PaymentUnsettled or
    StoreUnavailable if the lists cannot be read, and MalformedEvent.
    """
    deps = dependencies()
    with log_keys(request_id=request_id(context)):
        date, since = _day(event, deps.clock.now())
        try:
            done = deps.payment_comparison.compare(since, since + DAY_MS)
            count("PaymentsCompared", sum(done.values()))
            logger.info("payments compared", date=date, payments=done)
        finally:
            flush_metrics()
    if done.get(FAILED):
        raise PaymentsNotCompared(f"{done[FAILED]} payments could not be compared")
    return {"date": date, "payments": done}


def _day(event: Mapping[str, Any], now: int) -> tuple[str, int]:
    """The day that the event names, and when it began (epoch ms)."""
    today = datetime.fromtimestamp(now / 1000, UTC).date()
    yesterday = (today - timedelta(days=1)).isoformat()
    text = read_field(event or {"date": yesterday}, "date", str, _EXPECTED)
    try:
        began = datetime.fromisoformat(f"{text}T00:00:00+00:00").timestamp()
    except ValueError:
        began = 0
    if began <= 0:
        raise MalformedEvent("date", _EXPECTED)
    return text, int(began * 1000)
