"""EventBridge rules with a CloudWatch log group as target."""

import json
import time
import uuid
from typing import Any


def install() -> None:
    """Deliver to log groups; every other target is MiniStack's."""
    from ministack.services import cloudwatch_logs, eventbridge

    stock = eventbridge._invoke_target

    def invoke_target(target: dict[str, Any], event: Any, rule: Any, view: Any = None) -> None:
        arn = str(target.get("Arn", ""))
        if ":logs:" not in arn:
            stock(target, event, rule, view)
            return
        view = view or eventbridge._pattern_event_view(event)
        group = arn.partition(":log-group:")[2].removesuffix(":*")
        _write(cloudwatch_logs, group, json.dumps(view.event_with_detail()))

    eventbridge._invoke_target = invoke_target


def _write(logs: Any, group: str, message: str) -> None:
    """Write one entry to a new stream, as EventBridge does."""
    stream = {"logGroupName": group, "logStreamName": str(uuid.uuid4())}
    logs._create_log_stream(stream)
    entry = {"timestamp": int(time.time() * 1000), "message": message}
    logs._put_log_events({**stream, "logEvents": [entry]})
