"""Writes the OpenAPI description to stdout: `python -m lambdas.api`."""

import json
import signal
import sys

from lambdas.api.application import description

signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # end without a traceback in `| head`
sys.stdout.write(json.dumps(description(), indent=2, ensure_ascii=False) + "\n")
