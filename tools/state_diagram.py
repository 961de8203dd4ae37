"""Draw the state machine: `make diagram` rewrites the diagram in statemachine/README.md.

The diagram is generated from statemachine/order_workflow.asl.json; a test fails when it is out of
date.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cli.terminal.streams import run_program

ROOT = Path(__file__).resolve().parent.parent
DEFINITION = ROOT / "statemachine" / "order_workflow.asl.json"
PAGE = ROOT / "statemachine" / "README.md"
MARKERS = (
    "<!-- state diagram: made by tools/state_diagram.py -->",
    "<!-- end of state diagram -->",
)

State = Mapping[str, Any]


def mermaid(definition: Mapping[str, Any]) -> str:
    """Return the definition as a mermaid state diagram. A Catch is an edge named `refused`
    (business errors), `taken over` (by another execution), `pending` (the provider settles the
    payment later), `no order` (it does not exist) or `failure` (all other errors).
    """
    lines = ["```mermaid", "stateDiagram-v2", f"  [*] --> {definition['StartAt']}"]
    for name, state in definition["States"].items():
        lines += [f"  {line}" for line in _state(name, state)]
    return "\n".join([*lines, "```"])


def _state(name: str, state: State) -> Iterator[str]:
    if state["Type"] == "Parallel":
        yield from _parallel(name, state)
    for choice in state.get("Choices", ()):
        yield f"{name} --> {choice['Next']}: {_condition(choice)}"
    if "Default" in state:
        yield f"{name} --> {state['Default']}: otherwise"
    if "Next" in state:
        yield f"{name} --> {state['Next']}"
    for target, label in _catch_edges(state).items():
        yield f"{name} --> {target}: {label}"
    if state.get("End") or state["Type"] in ("Succeed", "Fail"):
        yield f"{name} --> [*]"


def _parallel(name: str, state: State) -> Iterator[str]:
    yield f"state {name} {{"
    for index, branch in enumerate(state["Branches"]):
        if index:
            yield "  --"
        yield f"  [*] --> {branch['StartAt']}"
        for inner, content in branch["States"].items():
            yield from (f"  {line}" for line in _state(inner, content))
    yield "}"


def _catch_edges(state: State) -> dict[str, str]:
    ordinary = state.get("Next")
    catchers = (catcher for catcher in state.get("Catch", ()) if catcher["Next"] != ordinary)
    return {catcher["Next"]: _label(catcher["ErrorEquals"]) for catcher in catchers}


def _label(errors: list[str]) -> str:
    names = {
        "States.ALL": "failure",
        "StaleEpoch": "taken over",
        "PaymentPending": "pending",
        "OrderNotFound": "no order",
    }
    return names.get(errors[0], "refused")


def _condition(choice: Mapping[str, Any]) -> str:
    rule = choice["And"][-1] if "And" in choice else choice
    if "StringEquals" in rule:
        return str(rule["StringEquals"])
    name = rule["Variable"].rpartition(".")[2]
    if "IsPresent" in rule:
        return name if rule["IsPresent"] else f"no {name}"
    return f"{name} above {rule['NumericGreaterThan']}"


def with_section(page: str, markers: tuple[str, str], text: str) -> str:
    """Replace the text between the two markers of the page."""
    begin, end = markers
    head, _, rest = page.partition(begin)
    _, _, tail = rest.partition(end)
    return f"{head}{begin}\n{text}\n{end}{tail}"


def main() -> None:
    """Update the diagram in statemachine/README.md."""
    diagram = mermaid(json.loads(DEFINITION.read_text()))
    PAGE.write_text(with_section(PAGE.read_text(), MARKERS, diagram))


if __name__ == "__main__":
    run_program(main)
