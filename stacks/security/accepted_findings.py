"""Every finding of cdk-nag that the stack accepts, with its reason.

`tests/infrastructure/accepted_findings.txt` lists the resources that have them.
"""

from dataclasses import dataclass

_WILDCARD = "AwsSolutions-IAM5"


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule of cdk-nag, and the reason to accept what it finds."""

    rule: str
    reason: str


# Functions.
NO_RESOURCE_LEVEL = Finding(
    f"{_WILDCARD}[Resource::*]",
    "X-Ray's PutTraceSegments and PutTelemetryRecords, and the suppression list of SES that the "
    "API reads, have no resource to name.",
)
NO_SEGMENTS = Finding(
    "Serverless-LambdaTracing", "PassThrough: functions continue the traces of the state machine."
)
QUEUED_FAILURES = Finding(
    "Serverless-LambdaAsyncFailureDestination",
    "Failed events go to the function's dead-letter queue, the error to its log.",
)
SYNCHRONOUS_ONLY = Finding(
    "Serverless-LambdaDLQ",
    "Only invoked synchronously: the caller gets the error, nothing is ever queued.",
)
REDRIVEN_BY_QUEUE = Finding(
    "Serverless-LambdaEventSourceMappingDestination",
    "A message that fails repeatedly goes to the dead-letter queue of its queue.",
)

# Grants on ARNs with a wildcard.
EXECUTIONS = Finding(_WILDCARD, "Executions are named by order; all are of this one state machine.")
HISTORY_OBJECTS = Finding(_WILDCARD, "One object for each execution.")
IDENTITIES = Finding(
    _WILDCARD,
    "SES checks identities of recipients and domains as well; the condition ses:FromAddress "
    "limits the grant to one sender.",
)
ACTIVITY_VERSIONS = Finding(
    _WILDCARD, "All versions of one activity: running executions need the older ones."
)
LOGS_AND_TRACES = Finding(
    f"{_WILDCARD}[Resource::*]",
    "X-Ray and the log-delivery actions of CloudWatch Logs have no resource to name.",
)

# The state machine, the API and its users.
HISTORY_IS_KEPT = Finding(
    "AwsSolutions-SF1",
    "GetExecutionHistory keeps all events for 90 days; logging them costs extra.",
)
PUBLIC_ROUTE = Finding("AwsSolutions-APIG4", "Public by contract: `security: []` in OpenAPI.")
SIGNED_REPORTS = Finding("AwsSolutions-APIG4", "The function checks the report's signature.")
NO_THREAT_PROTECTION = Finding(
    "AwsSolutions-COG8",
    "Threat protection (Plus) is billed by user; strong passwords, no sign-up, optional TOTP.",
)
OPTIONAL_MFA = Finding(
    "AwsSolutions-COG2",
    "MFA is each user's choice (TOTP): local tools and tests sign in by password alone.",
)

# Queues, topics and the bucket.
HOLDS_DEAD_LETTERS = Finding("Serverless-SQSRedrivePolicy", "Holds dead letters itself.")
HOLDS_LOST_EVENTS = Finding("AwsSolutions-SQS3", "Holds dead letters itself.")
ALARMS_ARE_SHOWN = Finding(
    "Serverless-SNSRedrivePolicy",
    "A mail that bounces is not lost news: the dashboard shows every alarm's state.",
)
NO_ACCESS_LOG = Finding("AwsSolutions-S1", "The objects hold no data of orders.")
