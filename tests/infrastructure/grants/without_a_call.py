"""The grants that no function uses by a call, with their reasons."""

from collections.abc import Mapping

from tests.infrastructure.template import Statement

_QUEUE_READER = (
    "ReceiveMessage ChangeMessageVisibility GetQueueUrl DeleteMessage GetQueueAttributes"
)
_STREAM_READER = "DescribeStream GetRecords GetShardIterator ListStreams"
OF_EVERY_FUNCTION = {
    ("xray:PutTraceSegments", "*"): "Lambda sends the segment of an invocation.",
    ("xray:PutTelemetryRecords", "*"): "Lambda sends the segment of an invocation.",
}
LISTS_HISTORIES = {
    ("s3:ListBucket", "<HistoriesBucket>"): "Without it S3 answers 403 for a missing object."
}
JANITOR_FAILURES = {
    ("sqs:SendMessage", "<OperationsJanitorFailures>"): "Lambda sends failed events."
}
WITHOUT_A_CALL: Mapping[str, Mapping[Statement, str]] = {
    "api": LISTS_HISTORIES,
    "export-histories": {
        **LISTS_HISTORIES,
        **{
            (f"sqs:{action}", "<HistoriesQueue>"): "Lambda polls the queue."
            for action in _QUEUE_READER.split()
        },
    },
    "sweep-histories": {
        **LISTS_HISTORIES,
        ("sqs:SendMessage", "<OperationsHistoryFailures>"): "Lambda sends failed events.",
    },
    "publish-events": {
        **{
            (f"dynamodb:{action}", "<TablesOrders>"): "Lambda polls the stream."
            for action in _STREAM_READER.split()
        },
        **{
            (f"sqs:{action}", "<OperationsEventFailures>"): "Lambda sends failed batches."
            for action in ("SendMessage", "GetQueueAttributes", "GetQueueUrl")
        },
    },
    "record-mail-reports": {
        ("sqs:SendMessage", "<OperationsMailReportFailures>"): "Lambda sends failed events."
    },
    "compare-payments": {
        ("sqs:SendMessage", "<OperationsPaymentComparisonFailures>"): "Lambda sends failed events.",
    },
    "janitor-sweep": JANITOR_FAILURES,
    "janitor-execution-stopped": JANITOR_FAILURES,
}
"""Grants that the Lambda service uses with the role of the function, and why."""

LOGS_AND_TRACES = {
    *(
        (f"xray:{action}", "*")
        for action in (
            "GetSamplingRules",
            "GetSamplingTargets",
            "PutTelemetryRecords",
            "PutTraceSegments",
        )
    ),
    *(
        (f"logs:{action}", "*")
        for action in (
            "CreateLogDelivery",
            "DeleteLogDelivery",
            "DescribeLogGroups",
            "DescribeResourcePolicies",
            "GetLogDelivery",
            "ListLogDeliveries",
            "PutResourcePolicy",
            "UpdateLogDelivery",
        )
    ),
}
"""Step Functions needs these of the role of a state machine that logs and is traced.
(Step Functions developer guide, "Logging to CloudWatch Logs", "X-Ray")
"""
