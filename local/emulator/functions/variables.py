"""The environment variables that a Lambda function sees."""

import os
import uuid
from typing import Any

from local.emulator.environment import FUNCTIONS_DYNAMODB

_FROM_HOST = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
_NO_FILES = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
"""Lambda's sandbox has no `~/.aws`, but the home folder of the emulator's user may."""


def environment_of(config: dict[str, Any], code: str) -> dict[str, str]:
    """The environment of a function's process: some variables of the emulator's process, those of
    Lambda, and the function's own. (AWS, "Using Lambda environment variables")

    The endpoints direct the function's AWS SDK to the emulator, and to the DynamoDB of the tables
    if that is another process.
    """
    from ministack.core import lambda_runtime

    own = config.get("Environment", {}).get("Variables", {})
    reserved = lambda_runtime._RESERVED_RUNTIME_ENV_VARS
    return {
        **{name: os.environ[name] for name in _FROM_HOST if name in os.environ},
        **_NO_FILES,
        "TZ": ":UTC",
        **_endpoints(),
        lambda_runtime.HOST_PREFIX_ENV: "true",
        **{name: value for name, value in own.items() if name not in reserved},
        **lambda_runtime.execution_credentials(config),
        **_identity(config, code),
    }


def per_call(
    trace_id: str | None, depth: int | None, durable: dict[str, str]
) -> dict[str, str | int | None]:
    """The variables that change with each invocation; None removes one."""
    from ministack.core.lambda_runtime import DURABLE_ENV_VARS, INVOKE_DEPTH_ENV

    durable_variables = {name: durable.get(name) for name in DURABLE_ENV_VARS}
    return {"_X_AMZN_TRACE_ID": trace_id, INVOKE_DEPTH_ENV: depth, **durable_variables}


def _endpoints() -> dict[str, str]:
    bound = os.environ["BIND_HOST"]
    host = "127.0.0.1" if bound == "0.0.0.0" else bound  # noqa: S104 - only compared
    emulator = f"http://{host}:{os.environ['GATEWAY_PORT']}"
    tables = os.environ.get(FUNCTIONS_DYNAMODB)
    other_tables = {"AWS_ENDPOINT_URL_DYNAMODB": tables} if tables else {}
    return {"AWS_ENDPOINT_URL": emulator, **other_tables}


def _identity(config: dict[str, Any], code: str) -> dict[str, str]:
    from ministack.core import lambda_runtime

    name = config.get("FunctionName", "")
    _, region = lambda_runtime._account_region_from_function_config(config)
    log_group = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{name}"
    return {
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": config.get("Version", "$LATEST"),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(config.get("MemorySize", 128)),
        "AWS_LAMBDA_LOG_GROUP_NAME": log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": uuid.uuid4().hex,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{config.get('Runtime', 'python3')}",
        "LAMBDA_TASK_ROOT": code,
        "_HANDLER": config.get("Handler", ""),
    }
