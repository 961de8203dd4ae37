"""All changes to MiniStack, and the switches to disable them.

A fix names the AWS behaviour that stock MiniStack lacks and the AWS page that documents it.
``tests/parity`` tests each fix, and that stock MiniStack still needs it: when the second test
fails after an upgrade, the fix can be removed.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fix:
    """One closed gap: ``behaviour`` on AWS, ``source`` (a page of AWS's documents), ``module``."""

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
        "the errorType of Lambda's answer.",
        "AWS Lambda Developer Guide: Lambda function handler exceptions in Python",
        "functions/results.py",
    ),
    Fix(
        "heartbeats",
        "HeartbeatSeconds, HeartbeatSecondsPath and TimeoutSecondsPath end a task; a heartbeat "
        "really extends it.",
        _SFN + "Task workflow state; Discover service integration patterns (Wait for callback)",
        "step_functions/tasks/callback.py",
    ),
    Fix(
        "notify-failure",
        "When the Lambda function that hands out a task token fails, the task fails at once.",
        _SFN + "Discover service integration patterns (Wait for callback)",
        "step_functions/tasks/callback.py",
    ),
    Fix(
        "execution-timeout",
        "A state machine's own TimeoutSeconds ends its execution as TIMED_OUT.",
        _SFN + "State machine structure in Amazon States Language",
        "step_functions/executions/end.py",
    ),
    Fix(
        "stop-final",
        "StopExecution is final: nothing that happens later changes ABORTED, and the waiting "
        "task's token is dead.",
        _SFN_API + "StopExecution",
        "step_functions/executions/end.py",
    ),
    Fix(
        "version-starts",
        "An execution started through a version or an alias runs that version's definition, fixed "
        "at its start, and DescribeExecution names both.",
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
        "SendTask* refuse a dead token with TaskTimedOut, a forged one with InvalidToken, and an "
        "output that is not JSON with InvalidOutput.",
        _SFN_API + "SendTaskSuccess; SendTaskFailure; SendTaskHeartbeat",
        "step_functions/tasks/tokens.py",
    ),
    Fix(
        "token-per-attempt",
        "Every attempt of a task gets a new token; the old one is dead.",
        _SFN + "Accessing execution data from the Context object (Task.Token)",
        "step_functions/tasks/task.py",
    ),
    Fix(
        "retry-delays",
        "Retry honours MaxDelaySeconds and JitterStrategy, and has no hidden limit of 60 s.",
        _SFN + "Handling errors in Step Functions workflows (Retrying after an error)",
        "step_functions/states/retry.py",
    ),
    Fix(
        "start-idempotency",
        "Starting a running execution again with the same name and input answers the same ARN.",
        _SFN_API + "StartExecution",
        "step_functions/executions/start.py",
    ),
    Fix(
        "strict-paths",
        "A path that finds nothing fails the execution with States.Runtime, which neither Retry "
        "nor Catch of States.ALL sees; $$ paths also work in ResultSelector.",
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
        "EventBridge hears of TIMED_OUT and ABORTED too, with version and alias ARNs.",
        _SFN + "Automating Step Functions event delivery with EventBridge",
        "step_functions/executions/status_events.py",
    ),
    Fix(
        "parallel-stop",
        "When one branch of a Parallel state fails, the others are stopped.",
        _SFN + "Parallel workflow state",
        "step_functions/states/parallel.py",
    ),
    Fix(
        "lambda-throttle",
        "A throttled function is Lambda.TooManyRequestsException to a state machine.",
        _SFN + "Invoke an AWS Lambda function with Step Functions",
        "step_functions/tasks/invoke.py",
    ),
    Fix(
        "lambda-workers",
        "A function that raised stays warm, sees only its own environment, and dies with the "
        "emulator. Also forks from a warm parent, so that a cold start takes tens of ms.",
        "AWS Lambda Developer Guide: Understanding the Lambda execution environment lifecycle",
        "functions/python_worker.py",
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
