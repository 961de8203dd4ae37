"""The graph of a state machine: every state, its transitions, and its progress."""

from lambdas.api.executions.graph import GraphState, Transition, build_graph
from lambdas.executions.history import Category
from lambdas.executions.state_entries import Progress
from tests.support.definition import load, scopes
from tests.support.execution_histories import HistoryBuilder, named


def graph(history: HistoryBuilder | None = None) -> dict[str, GraphState]:
    return {
        state.name: state for state in build_graph(load(), history.redacted() if history else [])
    }


def test_every_state_is_drawn_in_the_order_of_the_definition() -> None:
    defined = {name for scope, _ in scopes(load()) for name in scope["States"]}

    assert set(graph()) == defined
    assert next(iter(graph())) == "RouteStart"
    assert graph()["ReserveStock"].category is Category.RESERVE
    assert graph()["ReserveStock"].inside is None
    assert graph()["FetchCustomerProfile"].inside == "EnrichOrder"


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


def test_the_end_is_marked() -> None:
    ends = {name for name, state in graph().items() if state.ends and state.inside is None}

    assert ends == {
        "SendOrderConfirmation",
        "CompletedUnconfirmed",
        "OrderCancelled",
        "OrderRejected",
        "OrderTakenOver",
        "OrderInterrupted",
        "OrderNotFound",
        "OrderFailed",
    }


def test_the_entries_of_a_state_are_counted_and_the_newest_one_is_shown() -> None:
    state = graph(named(["AwaitSignal", "ApplySignals", "AwaitSignal"]))["AwaitSignal"]

    assert state.entries == 2
    assert state.entered_at is not None
    assert state.left_at is not None
    assert state.left_at > state.entered_at


def test_states_show_how_far_they_came() -> None:
    history = named(["ReserveStock"]).failing("ProcessPayment", "PaymentDeclined")

    seen = graph(history.enter("RefundPayment"))

    assert seen["ReserveStock"].progress is Progress.SUCCEEDED
    assert seen["ProcessPayment"].progress is Progress.CAUGHT
    assert seen["ProcessPayment"].error == "PaymentDeclined"
    assert seen["RefundPayment"].progress is Progress.RUNNING
    assert seen["RefundPayment"].left_at is None
