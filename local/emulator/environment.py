"""The environment variables that MiniStack reads, the same on every machine."""

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.emulator.options import Options

ACCOUNT = "000000000000"
_FIXED_SETTINGS = {
    "MINISTACK_ACCOUNT_ID": ACCOUNT,
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "IOT_MTLS_ENABLED": "0",
    "SFTP_ENABLED": "0",
    "USE_SSL": "0",
    "LAMBDA_EXECUTOR": "local",
    "DOCKER_HOST": "unix:///nonexistent/no-docker.sock",
    "NO_PROXY": "127.0.0.1,localhost",
    "no_proxy": "127.0.0.1,localhost",
}

FUNCTIONS_DYNAMODB = "FUNCTIONS_DYNAMODB_URL"
"""Address of the DynamoDB that functions use, if it is not the emulator's."""
_SCRATCH_PREFIX = "order-emulator-"


@contextmanager
def prepare(options: Options) -> Iterator[socket.socket]:
    """Bind the port, set the environment, create a scratch directory; undo everything at the end.

    The port is bound before MiniStack is imported, because MiniStack copies ``GATEWAY_PORT`` at
    import, and another process could take a port that is only bound later.
    """
    listener = socket.create_server((options.host, options.port), backlog=512)
    _delete_abandoned_scratch()
    scratch = Path(tempfile.mkdtemp(prefix=f"{_SCRATCH_PREFIX}{os.getpid()}-"))
    try:
        _remove_caller_settings()
        os.environ.update(_settings(options, listener.getsockname()[1], scratch))
        tempfile.tempdir = str(scratch)
        yield listener
    finally:
        listener.close()
        remove_scratch()


def remove_scratch() -> None:
    """Delete the scratch directory: unpacked functions, and the state unless it is persistent."""
    scratch = Path(tempfile.gettempdir())
    if scratch.name.startswith(_SCRATCH_PREFIX):
        shutil.rmtree(scratch, ignore_errors=True)


def _delete_abandoned_scratch() -> None:
    """Delete the scratch directories of killed emulators."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_SCRATCH_PREFIX}*-*"):
        pid = folder.name.removeprefix(_SCRATCH_PREFIX).split("-")[0]
        if pid.isdigit() and not _is_running(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's process
        return True
    return True


def _remove_caller_settings() -> None:
    """Remove the caller's AWS settings (profiles, real keys, other endpoints) and PYTHONPATH.

    Lambda functions would inherit them, but on AWS they do not see the deployer's shell.
    """
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    for name in [n for n in os.environ if n.startswith(("AWS_", "PYTHON")) or n == "EDGE_PORT"]:
        del os.environ[name]
    os.environ.update(AWS_REGION=region, AWS_DEFAULT_REGION=region, MINISTACK_REGION=region)


def _settings(options: Options, port: int, scratch: Path) -> dict[str, str]:
    state_dir = options.state_dir.resolve() if options.state_dir else None
    state = state_dir or scratch / "state"
    (state / "s3").mkdir(parents=True, exist_ok=True)
    persist = "1" if state_dir else "0"
    return {
        **_FIXED_SETTINGS,
        "GATEWAY_PORT": str(port),
        "BIND_HOST": options.host,
        "TMPDIR": str(scratch),
        FUNCTIONS_DYNAMODB: options.dynamodb,
        "PERSIST_STATE": persist,
        "STATE_DIR": str(state),
        "S3_PERSIST": persist,
        "S3_DATA_DIR": str(state / "s3"),
    }
