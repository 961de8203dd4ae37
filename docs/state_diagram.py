"""Draw the state machine: `make diagram` rewrites the diagram in statemachine/README.md.

The diagram is generated from statemachine/order_workflow.asl.json; a test fails when it is out of
date.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DEFINITION = ROOT / "statemachine" / "order_workflow.asl.json"
PAGE = ROOT / "statemachine" / "README.md"
BEGIN, END = (
    "<!-- state diagram: made by docs/state_diagram.py -->",
    "<!-- end of state diagram -->",
)

State = Mapping[str, Any]


def mermaid(definition: Mapping[str, Any]) -> str:
    """The definition as a mermaid state diagram; dashed-looking `failure` edges are Catches."""
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
    for target in _caught(state):
        yield f"{name} --> {target}: failure"
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


def _caught(state: State) -> Iterator[str]:
    ordinary = state.get("Next")
    targets = dict.fromkeys(catcher["Next"] for catcher in state.get("Catch", ()))
    return (target for target in targets if target != ordinary)


def _condition(choice: Mapping[str, Any]) -> str:
    rule = choice["And"][-1] if "And" in choice else choice
    return str(rule["StringEquals"])


def with_diagram(page: str, diagram: str) -> str:
    """The page with the text between its two markers replaced by the diagram."""
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n{diagram}\n{END}{tail}"


def main() -> None:
    """Rewrite the diagram in the page that shows it."""
    diagram = mermaid(json.loads(DEFINITION.read_text()))
    PAGE.write_text(with_diagram(PAGE.read_text(), diagram))


if __name__ == "__main__":
    main()
