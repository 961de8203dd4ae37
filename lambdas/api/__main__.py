"""Writes the OpenAPI description to stdout: `python -m lambdas.api`."""

import json
import sys

from lambdas.api.application import description

sys.stdout.write(json.dumps(description(), indent=2, ensure_ascii=False) + "\n")
