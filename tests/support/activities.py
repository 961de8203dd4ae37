"""The activities in the order of the definition: forward steps, and compensations."""

from collections.abc import Iterator

from tests.support.definition import Definition, load, placeholder


def _in_order(scope: Definition) -> Iterator[str]:
    for state in scope["States"].values():
        if state["Type"] == "Task":
            yield placeholder(state)
        for branch in state.get("Branches", ()):
            yield from _in_order(branch)


_ALL = tuple(dict.fromkeys(_in_order(load())))
_FIRST_COMPENSATION = _ALL.index("RefundPayment")

FORWARD = _ALL[:_FIRST_COMPENSATION]
UNASKED = tuple(activity for activity in FORWARD if activity != "RequestApproval")
"""Of an order that is decided before the first e-mail to the approver."""
BACKWARD = _ALL[_FIRST_COMPENSATION:]
