"""One execution environment of a Python function, with the interface of MiniStack's pool."""

import json
import logging
import queue
import threading
import time
from typing import Any

from local.emulator.functions import packages, variables, worker_processes
from local.emulator.functions.worker_program import END_OF_LOG

logger = logging.getLogger("local.emulator")

_INIT_STALL_SECONDS = 30
"""A module that uses no processor time for this long while it is loaded is stuck."""
_LOG_SECONDS = 5.0
"""The worker writes the end of the log before its response: it is late only on a busy machine."""


class PythonWorker:
    """Runs invocations one at a time; stays warm after a failed one, as AWS does."""

    def __init__(self, func_name: str, config: dict[str, Any], code_zip: bytes) -> None:
        self.func_name = func_name
        self.config = config
        self.code_zip = code_zip
        self.in_use = False
        self.last_used = time.time()
        self._proc: Any = None
        self._cold = True
        self._lock = threading.Lock()
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._log: queue.Queue[str | None] = queue.Queue()

    def invoke(
        self,
        event: Any,
        request_id: str,
        *,
        trace_id: str | None = None,
        depth: int | None = None,
        durable: dict[str, str] | None = None,
        invoked_function_arn: str | None = None,
    ) -> dict[str, Any]:
        """Return ``{"status": "ok", "result"}`` or ``{"status": "error", "error"}``, and the log.

        ``error`` is the JSON error document of AWS Lambda.
        """
        with self._lock:
            failure = self._ensure_spawned()
            if failure:
                return failure
            self.last_used = time.time()
            call = {
                "request_id": request_id,
                "invoked_function_arn": invoked_function_arn or self.config.get("FunctionArn", ""),
                "variables": variables.per_call(trace_id, depth, durable or {}),
            }
            return self._run_invocation({"event": event, "call": call}, request_id)

    def kill(self) -> None:
        """End the process."""
        from ministack.core import lambda_runtime

        lambda_runtime.kill_workers([self])

    def _ensure_spawned(self) -> dict[str, Any] | None:
        if self._proc is not None and self._proc.poll() is None:
            return None
        try:
            self._spawn()
        except InitFailed as failure:
            return {"status": "error", "error": failure.error, "log": self._read_log()}
        return None

    def _spawn(self) -> None:
        code = str(packages.unpack(self.code_zip))
        environment = variables.environment_of(self.config, code)
        self._proc = worker_processes.start_worker()
        self._lines, self._log = _pump(self._proc.stdout), _pump(self._proc.stderr)
        init = {
            "environment": environment,
            "code": code,
            "layers": packages.layer_paths(_layers(self.config)),
            "handler": self.config.get("Handler", "index.handler"),
            "timeout_seconds": self._timeout,
        }
        response = self._exchange(init, _INIT_STALL_SECONDS, while_busy=True)
        self._cold = False
        if response.get("status") != "ready":
            self._end_process()
            raise InitFailed(response["error"])
        logger.info("Lambda worker started for %s", self.func_name)

    def _run_invocation(self, message: dict[str, Any], request_id: str) -> dict[str, Any]:
        response = self._exchange(message, self._timeout)
        if response.pop("gone", False):
            self._end_process()
        else:
            response["log"] = self._read_log()
        if isinstance(response.get("error"), dict):
            response["error"].setdefault("requestId", request_id)
        return {"log": "", **response}

    def _exchange(
        self, message: dict[str, Any], seconds: float, *, while_busy: bool = False
    ) -> dict[str, Any]:
        """Send one line and wait for the response; ``gone`` marks an unusable worker.

        ``while_busy``: the limit starts again as long as the worker uses processor time.
        """
        try:
            self._proc.stdin.write(json.dumps(message) + "\n")
            self._proc.stdin.flush()
            line = self._next_line(seconds, while_busy=while_busy)
        except queue.Empty:
            text = f"Task timed out after {seconds:.2f} seconds"
            return _gone_answer("Sandbox.Timedout", text)
        except OSError:
            line = None
        if line is None:
            return _gone_answer("Runtime.ExitError", "Runtime exited without providing a reason")
        response: dict[str, Any] = json.loads(line)
        return response

    def _next_line(self, seconds: float, *, while_busy: bool) -> str | None:
        """The next line of the response; None if the worker has ended. Raises queue.Empty."""
        used = worker_processes.cpu_ticks(self._proc.pid)
        while True:
            try:
                return self._lines.get(timeout=seconds)
            except queue.Empty:
                before, used = used, worker_processes.cpu_ticks(self._proc.pid)
                if not while_busy or used == before:
                    raise

    def _read_log(self) -> str:
        lines = []
        while True:
            try:
                line = self._log.get(timeout=_LOG_SECONDS)
            except queue.Empty:
                break
            if line is None or line == END_OF_LOG:
                break
            lines.append(line)
        return "\n".join(lines)

    @property
    def _timeout(self) -> float:
        return float(self.config.get("Timeout", 3))

    def _end_process(self) -> None:
        process, self._proc = self._proc, None
        process.kill()

    def _discard_tmpdir(self) -> None:
        """Called by MiniStack's pool. Does nothing: packages are shared."""


class InitFailed(Exception):
    """The function's module could not be loaded; ``error`` is its JSON error document."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error.get("errorMessage"))
        self.error = error


def _gone_answer(error_type: str, message: str) -> dict[str, Any]:
    error = {"errorMessage": message, "errorType": error_type}
    return {"status": "error", "gone": True, "error": error}


def _layers(config: dict[str, Any]) -> list[bytes]:
    """The layers stored in the emulator. The modules of other (public) layers must be installed
    in the emulator's Python.
    """
    from ministack.services import lambda_svc

    found = [lambda_svc._resolve_layer_zip(layer) for layer in config.get("Layers", [])]
    return [layer for layer in found if layer]


def _pump(stream: Any) -> "queue.Queue[str | None]":
    """Read a stream's lines in the background; None is its end."""
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        try:
            for line in stream:
                lines.put(line.rstrip("\n"))
        finally:
            lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    return lines
