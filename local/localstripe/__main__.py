"""Runs localstripe behind the proxy until SIGTERM: `python -m local.localstripe --port 0`.

Prints `{"url": …, "direct_url": …}` when it is ready: the proxy, and localstripe itself. Its log is
on standard error.
"""

import argparse
import contextlib
import json
import signal
import socket
import subprocess
import sys

import httpx

from local.host.waiting import wait_until
from local.localstripe.program import PROGRAM
from local.localstripe.proxy import Proxy


def main() -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local.localstripe", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="of the proxy; 0 is any free one")
    options = parser.parse_args()
    if not PROGRAM.exists():
        print(f"{PROGRAM} does not exist: run `make localstripe`", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    port = _free_port()
    with subprocess.Popen([str(PROGRAM), "--from-scratch", "--port", str(port)], stdout=2) as child:
        try:
            with contextlib.suppress(KeyboardInterrupt):
                _serve(child, port, options.port)
        finally:
            child.terminate()
    return 0


def _serve(child: "subprocess.Popen[bytes]", port: int, proxy_port: int) -> None:
    target = f"http://127.0.0.1:{port}"
    wait_until(lambda: child.poll() is not None or _answers(target), lambda: "")
    if child.poll() is not None:
        raise SystemExit(f"localstripe ended with status {child.returncode}")
    with Proxy(target, proxy_port) as proxy:
        print(json.dumps({"url": proxy.url, "direct_url": target}), flush=True)
        proxy.serve_forever()


def _answers(target: str) -> bool:
    """Whether the server answers; without a key, it refuses the request."""
    try:
        return httpx.get(f"{target}/v1/events", trust_env=False).status_code == 401
    except httpx.HTTPError:
        return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
