import pytest

from local.checks.notation import BadNotation, difference, matches, parallel, pattern

LOOP = "(AwaitSignal ApplySignals RouteDecision)+"
ROUND = ["AwaitSignal", "ApplySignals", "RouteDecision"]


def test_a_path_matches_itself() -> None:
    path = ["RouteStart", "ReserveStock", "= SUCCEEDED"]
    assert matches(path, path)


@pytest.mark.parametrize(
    "seen",
    [
        ["RouteStart"],
        ["ReserveStock", "RouteStart"],
        ["RouteStart", "ReserveStock", "ReserveStock"],
        ["RouteStart", "ReserveStock x2"],
        ["RouteStart", "ReserveStockV1"],
    ],
    ids=["too short", "other order", "twice", "retried", "longer name"],
)
def test_any_other_path_does_not(seen: list[str]) -> None:
    assert not matches(["RouteStart", "ReserveStock"], seen)


@pytest.mark.parametrize("rounds", [1, 2, 7])
def test_a_plus_stands_for_one_round_or_more(rounds: int) -> None:
    assert matches([LOOP, "ProcessPayment"], [*ROUND * rounds, "ProcessPayment"])


def test_a_plus_does_not_stand_for_no_round() -> None:
    assert not matches([LOOP, "ProcessPayment"], ["ProcessPayment"])


def test_a_star_stands_for_no_round_too() -> None:
    entry = "(AwaitSignal ApplySignals)*"
    assert matches([entry, "ProcessPayment"], ["ProcessPayment"])


def test_half_a_round_does_not_match() -> None:
    assert not matches([LOOP], [*ROUND, "AwaitSignal", "ApplySignals"])


def test_attempts_must_be_as_many_as_told() -> None:
    assert matches(["ProcessPayment x3"], ["ProcessPayment x3"])
    assert not matches(["ProcessPayment x3"], ["ProcessPayment x2"])
    assert not matches(["ProcessPayment x3"], ["ProcessPayment"])


def test_a_plain_wait_may_have_ended_either_way() -> None:
    assert matches(["AwaitSignal"], ["AwaitSignal"])
    assert matches(["AwaitSignal"], ["AwaitSignal~tick"])


def test_a_tick_must_have_been_one() -> None:
    assert matches(["AwaitSignal~tick"], ["AwaitSignal~tick"])
    assert not matches(["AwaitSignal~tick"], ["AwaitSignal"])


def test_branches_may_come_in_any_order() -> None:
    seen = parallel("EnrichOrder", ["Recommend", "Stock x2", "Profile"])
    assert matches(["EnrichOrder {Profile | Stock x2 | Recommend}"], [seen])
    assert not matches(["EnrichOrder {Profile | Stock | Recommend}"], [seen])
    assert not matches(["EnrichOrder {Profile | Stock x2}"], [seen])


def test_the_end_of_the_execution_belongs_to_the_path() -> None:
    assert not matches(["RouteStart", "= SUCCEEDED"], ["RouteStart", "= FAILED"])


@pytest.mark.parametrize(
    "entry", ["", "two states", "(A B", "(A B)?", "A {B", "= lower", "A->B", "A x", "( )+"]
)
def test_what_cannot_be_read_is_refused(entry: str) -> None:
    with pytest.raises(BadNotation):
        pattern(entry)


def test_paths_that_match_have_no_difference() -> None:
    assert difference([LOOP], [*ROUND, *ROUND]) is None


def test_the_difference_names_the_place() -> None:
    expected = ["RouteStart", LOOP, "ProcessPayment x3", "= SUCCEEDED"]
    seen = ["RouteStart", *ROUND, *ROUND, "ProcessPayment x2", "= SUCCEEDED"]
    assert difference(expected, seen) == (
        "after RouteDecision: expected ProcessPayment x3, saw ProcessPayment x2"
    )


def test_a_path_that_goes_on_differs_at_the_end() -> None:
    assert difference(["A"], ["A", "B"]) == "after A: expected the end, saw B"


def test_a_path_that_differs_at_once_says_so() -> None:
    assert difference(["A"], ["B"]) == "at the start: expected A, saw B"
    assert difference(["A"], []) == "at the start: expected A, saw the end"
