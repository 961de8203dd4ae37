"""The environment of a deployed function, and the lifecycle of its workers."""

import json
import os
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from local.emulator.functions.capacity import MOST_RUNNING
from tests.dynamodb_local.together import together
from tests.parity.emulators import Emulator, emulator, eventually
from tests.parity.fix_coverage import covers_fix

REPORT_ENVIRONMENT = """
import os

def handle(event, context):
    return {
        "environment": dict(os.environ),
        "name": context.function_name,
        "request": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "left": context.get_remaining_time_in_millis(),
        "pid": os.getpid(),
    }
"""

REPORT_TIMES = """
import time

def handle(event, context):
    began = time.monotonic()
    time.sleep(0.2)
    return began, time.monotonic()
"""

CALL_ANOTHER = """
import boto3, json

def handle(event, context):
    call = {"FunctionName": event["to"], "Payload": json.dumps(event)}
    return json.loads(boto3.client("lambda").invoke(**call)["Payload"].read())
"""

SLEEP = """
import os, time

def handle(event, context):
    open(event["file"], "w").write(str(os.getpid()))
    time.sleep(600)
"""


def invoke(aws: Emulator, function: str, event: Any = None) -> Any:
    answer = aws.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event or {}))
    return json.loads(answer["Payload"].read())


def test_a_function_finds_its_context_and_the_runtimes_variables(aws: Emulator) -> None:
    arn = aws.function(
        REPORT_ENVIRONMENT, timeout=7, Environment={"Variables": {"ORDERS_TABLE": "t"}}
    )
    results = invoke(aws, arn)
    variables = results["environment"]
    assert results["name"] == variables["AWS_LAMBDA_FUNCTION_NAME"] == arn.rsplit(":", 1)[-1]
    assert results["arn"] == arn
    assert len(results["request"]) == 36
    assert 0 < results["left"] <= 7000
    assert variables["AWS_ENDPOINT_URL"] == aws.url
    assert variables["AWS_REGION"] == "us-east-1"
    assert variables["ORDERS_TABLE"] == "t"
    assert Path(variables["LAMBDA_TASK_ROOT"]).is_absolute()


def test_a_handler_can_be_a_dotted_package_path(aws: Emulator) -> None:
    package = "lambdas/activities/payment.py"
    files = {
        "lambdas/__init__.py": "",
        "lambdas/activities/__init__.py": "",
        "lambdas/errors.py": "class PaymentDeclined(Exception): pass\n",
        package: "from lambdas.errors import PaymentDeclined\n"
        "def process_payment(event, context):\n    raise PaymentDeclined('no')\n",
    }
    arn = aws.packaged_function(files, "lambdas.activities.payment.process_payment")
    assert invoke(aws, arn)["errorType"] == "PaymentDeclined"


def test_a_function_cannot_import_this_repository(aws: Emulator) -> None:
    arn = aws.function("import local\ndef handle(event, context):\n    pass\n")
    assert invoke(aws, arn)["errorType"] == "Runtime.ImportModuleError"


def test_a_function_that_takes_too_long_is_timed_out(aws: Emulator) -> None:
    arn = aws.function("import time\ndef handle(e, c):\n    time.sleep(600)\n", timeout=1)
    assert invoke(aws, arn)["errorType"] == "Sandbox.Timedout"


def test_a_function_that_exits_is_an_exit_error_and_works_again(aws: Emulator) -> None:
    source = "import os\ndef handle(event, context):\n    if event.get('die'): os._exit(1)\n"
    arn = aws.function(source)
    assert invoke(aws, arn, {"die": True})["errorType"] == "Runtime.ExitError"
    assert invoke(aws, arn) is None


def test_a_functions_prints_reach_its_log_group(aws: Emulator) -> None:
    arn = aws.function("def handle(event, context):\n    print('seen by', context.function_name)\n")
    name = arn.rsplit(":", 1)[-1]
    invoke(aws, arn)
    found = aws.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    assert any(f"seen by {name}" in event["message"] for event in found)


@covers_fix("lambda-workers")
def test_a_function_stays_warm_after_an_error(aws: Emulator) -> None:
    source = (
        "import os\n"
        "def handle(event, context):\n"
        "    if event.get('fail'): raise ValueError('no')\n"
        "    return os.getpid()\n"
    )
    arn = aws.function(source)
    before = invoke(aws, arn)
    invoke(aws, arn, {"fail": True})
    assert invoke(aws, arn) == before


def test_every_call_of_a_burst_gets_a_response(aws: Emulator) -> None:
    functions = [aws.function(REPORT_TIMES) for _ in range(4)]
    burst = [function for function in functions for _ in range(MOST_RUNNING)]

    results = together([partial(invoke, aws, function) for function in burst])

    runs = [(began, ended) for began, ended in results]
    assert max(sum(b <= began < e for b, e in runs) for began, _ in runs) <= MOST_RUNNING


def test_functions_that_call_functions_do_not_deadlock(aws: Emulator) -> None:
    inner = aws.function("def handle(event, context):\n    return event['number']\n")
    outer = aws.function(CALL_ANOTHER, timeout=30)
    numbers = range(2 * MOST_RUNNING)

    results = together([partial(invoke, aws, outer, {"to": inner, "number": n}) for n in numbers])

    assert results == list(numbers)


def test_workers_end_with_a_killed_emulator(tmp_path: Path) -> None:
    with emulator() as running:
        file = tmp_path / "pid"
        arn = running.function(SLEEP, timeout=900)
        running.client("lambda").invoke(
            FunctionName=arn, InvocationType="Event", Payload=json.dumps({"file": str(file)})
        )
        pid = _pid_in(file)
        running.process.kill()
        running.process.wait()
        assert eventually(lambda: not _runs(pid))


def test_sigterm_ends_the_emulator_without_waiting_for_a_busy_worker(tmp_path: Path) -> None:
    with emulator() as running:
        file = tmp_path / "pid"
        arn = running.function(SLEEP, timeout=900)
        running.client("lambda").invoke(
            FunctionName=arn, InvocationType="Event", Payload=json.dumps({"file": str(file)})
        )
        pid = _pid_in(file)
        running.process.terminate()
        assert running.process.wait() == 0
        assert eventually(lambda: not _runs(pid))


def test_state_is_kept_between_graceful_stops_when_asked(tmp_path: Path) -> None:
    with emulator("--state-dir", str(tmp_path)) as running:
        running.client("sqs").create_queue(QueueName="kept")
    with emulator("--state-dir", str(tmp_path)) as running:
        assert running.client("sqs").get_queue_url(QueueName="kept")["QueueUrl"]


def _pid_in(file: Path) -> int:
    return int(eventually(lambda: file.read_text() if file.exists() else None))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[-1].split()[0]


if not Path("/proc/self/stat").exists():
    pytest.skip("worker lifetimes are read from /proc", allow_module_level=True)
