"""Put function ARNs into the definition's placeholders.

The deployment does this itself. Engines that take a bare definition (Step Functions Local, moto)
want the finished text:

    python -m statemachine.substitute arn:aws:lambda:eu-central-1:123456789012:function: > wf.json

`${ReserveStock}` becomes the given prefix followed by `ReserveStock`.
"""

import re
import sys
from pathlib import Path

DEFINITION = Path(__file__).with_name("order_workflow.asl.json")
DEFAULT_PREFIX = "arn:aws:lambda:us-east-1:123456789012:function:"
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


def substitute(prefix: str = DEFAULT_PREFIX, definition: str | None = None) -> str:
    """The definition, by default the committed one, with `prefix` and the name in the place of
    every placeholder.
    """
    text = DEFINITION.read_text() if definition is None else definition
    return _PLACEHOLDER.sub(lambda found: f"{prefix}{found[1]}", text)


if __name__ == "__main__":
    sys.stdout.write(substitute(*sys.argv[1:2]))
