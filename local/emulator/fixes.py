"""All changes to MiniStack, and the switches to disable them.

A fix names the AWS behaviour that stock MiniStack lacks and the AWS page that documents it.
``tests/parity`` tests each fix, and that stock MiniStack still needs it: when the second test
fails after an upgrade, remove the fix. README.md in this folder lists them for readers.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fix:
    """One fix: the ``behaviour`` on AWS, its ``source`` (a page of the AWS documentation), and the
    ``module`` of this package that implements it.
    """

    name: str
    behaviour: str
    source: str
    module: str


_SFN = "AWS Step Functions Developer Guide: "
_SFN_API = "AWS Step Functions API Reference: "
_CFN = "AWS CloudFormation Template Reference: "

_ALL = (
    Fix(
        "error-names",
        "A raised Python exception's class name is the error name that Retry and Catch match, and "
        "the errorType of Lambda's response.",
        "AWS Lambda Developer Guide: Lambda function handler exceptions in Python",
        "functions/results.py",
    ),
    Fix(
        "heartbeats",
        "HeartbeatSeconds, HeartbeatSecondsPath and TimeoutSecondsPath end a task; a heartbeat "
        "restarts HeartbeatSeconds.",
        _SFN + "Task workflow state; Discover service integration patterns (Wait for callback)",
        "step_functions/tasks/callback.py",
    ),
    Fix(
        "notify-failure",
        "A task that waits for its token fails at once when the function that receives it fails.",
        _SFN + "Discover service integration patterns (Wait for callback)",
        "step_functions/tasks/callback.py",
    ),
    Fix(
        "execution-timeout",
        "TimeoutSeconds of a state machine ends its execution as TIMED_OUT.",
        _SFN + "State machine structure in Amazon States Language",
        "step_functions/executions/end.py",
    ),
    Fix(
        "stop-final",
        "StopExecution is final: no later event changes ABORTED, and the waiting task's token is "
        "invalid.",
        _SFN_API + "StopExecution",
        "step_functions/executions/end.py",
    ),
    Fix(
        "version-starts",
        "An execution started through a version or an alias runs that version's definition, fixed "
        "at its start; DescribeExecution names both.",
        _SFN + "State machine versions and aliases; StartExecution",
        "step_functions/executions/start.py",
    ),
    Fix(
        "cfn-versions",
        "CloudFormation deploys AWS::StepFunctions::StateMachineVersion and StateMachineAlias.",
        _CFN + "AWS::StepFunctions::StateMachineVersion; AWS::StepFunctions::StateMachineAlias",
        "cloudformation/versions.py",
    ),
    Fix(
        "token-errors",
        "SendTask* refuse an expired token with TaskTimedOut, a forged one with InvalidToken, and "
        "an output that is not JSON with InvalidOutput.",
        _SFN_API + "SendTaskSuccess; SendTaskFailure; SendTaskHeartbeat",
        "step_functions/tasks/tokens.py",
    ),
    Fix(
        "token-per-attempt",
        "Every attempt of a task gets a new token; the earlier one is invalid.",
        _SFN + "Accessing execution data from the Context object (Task.Token)",
        "step_functions/tasks/task.py",
    ),
    Fix(
        "retry-delays",
        "Retry applies MaxDelaySeconds and JitterStrategy, and has no limit of 60 s.",
        _SFN + "Handling errors in Step Functions workflows (Retrying after an error)",
        "step_functions/states/retry.py",
    ),
    Fix(
        "start-idempotency",
        "Starting a running execution again with the same name and input returns its ARN.",
        _SFN_API + "StartExecution",
        "step_functions/executions/start.py",
    ),
    Fix(
        "strict-paths",
        "A path without a value fails the execution with States.Runtime, also the Variable of a "
        "Choice rule; States.ALL does not match it in Retry and Catch; $$ paths also work in "
        "ResultSelector.",
        _SFN + "Handling errors in Step Functions workflows (Error names: States.Runtime)",
        "step_functions/states/json_paths.py",
    ),
    Fix(
        "task-history",
        "The history contains TaskStarted, TaskSubmitted, TaskTimedOut, the events inside Parallel "
        "and Map, and previousEventId.",
        _SFN_API + "GetExecutionHistory; HistoryEvent",
        "step_functions/history.py",
    ),
    Fix(
        "status-events",
        "EventBridge receives TIMED_OUT and ABORTED too, with version and alias ARNs.",
        _SFN + "Automating Step Functions event delivery with EventBridge",
        "step_functions/executions/status_events.py",
    ),
    Fix(
        "log-targets",
        "A rule delivers events to a CloudWatch log group, one entry for each event.",
        "Amazon EventBridge User Guide: Event bus targets available in Amazon EventBridge "
        "(CloudWatch log groups)",
        "log_targets.py",
    ),
    Fix(
        "log-pages",
        "FilterLogEvents returns a nextToken while more events follow, and continues there.",
        "Amazon CloudWatch Logs API Reference: FilterLogEvents",
        "log_pages.py",
    ),
    Fix(
        "mocked-states",
        "TestState retries a mocked error before it is caught, takes the mock of a Parallel state, "
        "and has State.RetryCount.",
        _SFN + "Testing state machines with TestState API",
        "step_functions/states/mocked.py",
    ),
    Fix(
        "parallel-stop",
        "When one branch of a Parallel state fails, the others are stopped.",
        _SFN + "Parallel workflow state",
        "step_functions/states/parallel.py",
    ),
    Fix(
        "lambda-throttle",
        "A state machine gets Lambda.TooManyRequestsException from a throttled function.",
        _SFN + "Invoke an AWS Lambda function with Step Functions",
        "step_functions/tasks/invoke.py",
    ),
    Fix(
        "lambda-workers",
        "A function stays warm after an error and sees only its own environment variables. Its "
        "worker ends with the emulator, and is forked from a warm parent, so that a cold start "
        "takes tens of milliseconds.",
        "AWS Lambda Developer Guide: Understanding the Lambda execution environment lifecycle",
        "functions/python_worker.py",
    ),
    Fix(
        "integration-errors",
        "An HTTP API answers 500 with `Internal Server Error` if its function fails; the answer "
        "contains nothing of the function's error.",
        "Amazon API Gateway Developer Guide: Troubleshooting issues with HTTP API Lambda "
        "integrations",
        "http_apis.py",
    ),
)

FIXES: dict[str, Fix] = {fix.name: fix for fix in _ALL}

_off: set[str] = set()


def switch_off(names: frozenset[str]) -> None:
    """Disable these fixes. Call it once, before the fixes are installed."""
    unknown = names - FIXES.keys()
    if unknown:
        raise KeyError(f"no such fix: {', '.join(sorted(unknown))}")
    _off.update(names)


def is_on(name: str) -> bool:
    """Whether a fix is enabled; an unknown name is an error."""
    return FIXES[name].name not in _off


def names_on() -> list[str]:
    """The enabled fixes, in the order of the list above."""
    return [name for name in FIXES if name not in _off]
