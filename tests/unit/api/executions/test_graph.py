"""The graph of a state machine: every state, its transitions, and its progress."""

from lambdas.api.executions.graph import GraphState, Transition, build_graph
from lambdas.executions.history import Category
from tests.support.definition import load, scopes
from tests.support.execution_histories import HistoryBuilder


def graph(history: HistoryBuilder | None = None) -> dict[str, GraphState]:
    return {
        state.name: state for state in build_graph(load(), history.redacted() if history else [])
    }


def test_every_state_is_drawn_in_the_order_of_the_definition() -> None:
    defined = {name for scope, _ in scopes(load()) for name in scope["States"]}

    assert set(graph()) == defined
    assert next(iter(graph())) == "RouteStart"
    assert graph()["ReserveStock"].category is Category.RESERVE


def test_a_state_shows_the_comment_of_the_definition() -> None:
    commented = {"Type": "Task", "Comment": "Holds the units.", "Next": "End"}
    definition = {"States": {"Reserve": commented, "End": {"Type": "Succeed"}}}

    assert [state.comment for state in build_graph(definition, [])] == ["Holds the units.", ""]


def test_transitions_lead_to_the_states_that_the_definition_names() -> None:
    assert graph()["RouteDecision"].transitions == (
        Transition("AwaitSignal", "choice"),
        Transition("RequestApproval", "choice"),
        Transition("ProcessPayment", "choice"),
        Transition("UpdateOrderStatus", "choice"),
        Transition("SendOrderConfirmation", "choice"),
        Transition("RouteStart", "choice"),
        Transition("OrderInterrupted", "choice"),
        Transition("RefundPayment", "default"),
    )
    assert graph()["ProcessPayment"].transitions == (
        Transition("UpdateOrderStatus", "next"),
        Transition("RefundPayment", "catch"),
        Transition("OrderTakenOver", "catch"),
        Transition("ApplySignals", "catch"),
        Transition("RouteBackOff", "catch"),
    )


def test_states_of_a_branch_name_the_state_that_holds_them() -> None:
    assert graph()["FetchCustomerProfile"].inside == "EnrichOrder"
    assert graph()["ReserveStock"].inside is None


def test_the_end_is_marked() -> None:
    ends = {name for name, state in graph().items() if state.ends and state.inside is None}

    assert ends == {
        "SendOrderConfirmation",
        "CompletedUnconfirmed",
        "OrderCancelled",
        "OrderRejected",
        "OrderTakenOver",
        "OrderInterrupted",
        "OrderFailed",
    }
