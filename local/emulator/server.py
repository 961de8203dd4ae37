"""Run MiniStack with the fixes, as one foreground process."""

import asyncio
import json
import logging
import os
import signal
import socket
import sys
import threading
from typing import Any, TextIO

from local.emulator import fixes
from local.emulator.faults.middleware import with_faults
from local.emulator.http.asgi import App
from local.emulator.http.local_api import is_loopback, with_local_api
from local.emulator.options import Options

EXIT_SECONDS = 2.5
"""Time limit after SIGTERM; requests still running then are aborted."""

logger = logging.getLogger("local.emulator")


def serve(options: Options, listener: socket.socket) -> int:
    """Serve on the bound socket until SIGTERM or SIGINT."""
    announcements = _reserve_stdout()
    fixes.switch_off(options.without)
    app = _patched_ministack(options)
    asyncio.run(_serve(app, options, listener, announcements))
    return 0


def _reserve_stdout() -> TextIO:
    """Reserve stdout for one line; redirect all other output to stderr."""
    announcements = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return announcements


def _patched_ministack(options: Options) -> App:
    from ministack import app as ministack
    from ministack.core import hypercorn_compat

    from local.emulator import (
        cloudformation,
        functions,
        http_apis,
        log_pages,
        log_targets,
        sign_in,
        step_functions,
    )

    hypercorn_compat.install()
    if fixes.is_on("lambda-workers"):
        functions.install()
    modules = [fixes.FIXES[name].module for name in fixes.names_on()]
    if any(module.startswith("step_functions/") for module in modules):
        step_functions.install()
    if fixes.is_on("cfn-versions"):
        cloudformation.install()
    if fixes.is_on("integration-errors"):
        http_apis.install()
    if fixes.is_on("log-pages"):
        log_pages.install()
    if fixes.is_on("log-targets"):
        log_targets.install()
    if is_loopback(options.host):
        sign_in.install()
    return with_local_api(with_faults(ministack.app), host=options.host)


async def _serve(app: App, options: Options, listener: socket.socket, out: TextIO) -> None:
    from hypercorn.asyncio import serve as hypercorn_serve

    stop = _stop_signal()
    url = f"http://{options.host}:{listener.getsockname()[1]}"
    announcing = asyncio.create_task(_announce(url, listener, out))
    application: Any = app
    try:
        await hypercorn_serve(application, _settings(listener), shutdown_trigger=stop.wait)
    finally:
        announcing.cancel()
        _exit()


def _settings(listener: socket.socket) -> Any:
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 0.5
    config.shutdown_timeout = 1.5
    config.loglevel = os.environ.get("LOG_LEVEL", "INFO").upper()
    return config


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_signal() -> None:
        stop.set()
        deadline = threading.Timer(EXIT_SECONDS, os._exit, (0,))
        deadline.daemon = True
        deadline.start()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)
    return stop


async def _announce(url: str, listener: socket.socket, out: TextIO) -> None:
    """Print the line once the emulator is healthy."""
    host, port = listener.getsockname()[:2]
    while not await _is_healthy(host, port):
        await asyncio.sleep(0.02)
    print(json.dumps({"url": url, "pid": os.getpid()}), file=out, flush=True)


async def _is_healthy(host: str, port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.write(b"GET /_ministack/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    status = await reader.readline()
    writer.close()
    return b" 200 " in status


def _exit() -> None:
    """Kill the Lambda workers and exit, without waiting for threads that wait for task tokens."""
    from ministack.core import lambda_runtime

    from local.emulator import functions

    lambda_runtime._REAP_GRACE = 0.5
    lambda_runtime.reset()
    functions.shut_down()
    logger.info("emulator stopped")
    sys.stderr.flush()
    from local.emulator.environment import remove_scratch

    remove_scratch()
    os._exit(0)
