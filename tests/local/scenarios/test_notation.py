import pytest

from local.checks.notation import InvalidNotation, difference, matches, parallel, pattern

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
def test_any_other_path_does_not_match(seen: list[str]) -> None:
    assert not matches(["RouteStart", "ReserveStock"], seen)


@pytest.mark.parametrize("rounds", [1, 2, 7])
def test_a_plus_matches_one_or_more_rounds(rounds: int) -> None:
    assert matches([LOOP, "ProcessPayment"], [*ROUND * rounds, "ProcessPayment"])


def test_a_plus_does_not_match_zero_rounds() -> None:
    assert not matches([LOOP, "ProcessPayment"], ["ProcessPayment"])


def test_a_star_matches_zero_rounds() -> None:
    entry = "(AwaitSignal ApplySignals)*"
    assert matches([entry, "ProcessPayment"], ["ProcessPayment"])


@pytest.mark.parametrize("between", [[], ["ReserveStock"], ["ReserveStock", "AwaitSignal x2"]])
def test_dots_match_any_states_of_one_execution(between: list[str]) -> None:
    expected = ["RouteStart", "...", "ProcessPayment", "= SUCCEEDED"]

    assert matches(expected, ["RouteStart", *between, "ProcessPayment", "= SUCCEEDED"])


def test_dots_do_not_match_the_end_of_an_execution() -> None:
    assert not matches(["RouteStart", "...", "= SUCCEEDED"], ["RouteStart", "= FAILED"])
    assert not matches(["...", "= FAILED"], ["RouteStart", "= ABORTED", "RouteStart", "= FAILED"])


def test_half_a_round_does_not_match() -> None:
    assert not matches([LOOP], [*ROUND, "AwaitSignal", "ApplySignals"])


def test_the_number_of_attempts_must_match() -> None:
    assert matches(["ProcessPayment x3"], ["ProcessPayment x3"])
    assert not matches(["ProcessPayment x3"], ["ProcessPayment x2"])
    assert not matches(["ProcessPayment x3"], ["ProcessPayment"])


def test_a_plain_wait_matches_a_doorbell_and_a_tick() -> None:
    assert matches(["AwaitSignal"], ["AwaitSignal"])
    assert matches(["AwaitSignal"], ["AwaitSignal~tick"])


def test_a_tick_matches_only_a_tick() -> None:
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
def test_invalid_notation_is_refused(entry: str) -> None:
    with pytest.raises(InvalidNotation):
        pattern(entry)


def test_matching_paths_have_no_difference() -> None:
    assert difference([LOOP], [*ROUND, *ROUND]) is None


def test_the_difference_names_the_place() -> None:
    expected = ["RouteStart", LOOP, "ProcessPayment x3", "= SUCCEEDED"]
    seen = ["RouteStart", *ROUND, *ROUND, "ProcessPayment x2", "= SUCCEEDED"]
    assert difference(expected, seen) == (
        "after RouteDecision: expected ProcessPayment x3, saw ProcessPayment x2"
    )


def test_a_longer_path_differs_at_the_end() -> None:
    assert difference(["A"], ["A", "B"]) == "after A: expected the end, saw B"


def test_a_path_can_differ_at_the_start() -> None:
    assert difference(["A"], ["B"]) == "at the start: expected A, saw B"
    assert difference(["A"], []) == "at the start: expected A, saw the end"
