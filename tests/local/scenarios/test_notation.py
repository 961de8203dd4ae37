import pytest

from local.checks.notation import InvalidNotation, difference, matches, parallel, pattern

LOOP = "(AwaitSignal ApplySignals RouteDecision)+"
ROUND = ["AwaitSignal", "ApplySignals", "RouteDecision"]


ENRICHED = parallel("EnrichOrder", ["Recommend", "Stock x2", "Profile"])


@pytest.mark.parametrize(
    ("expected", "seen"),
    [
        ("A|B|= SUCCEEDED", ["A", "B", "= SUCCEEDED"]),
        *((f"{LOOP}|B", [*ROUND * rounds, "B"]) for rounds in (1, 2, 7)),
        ("(AwaitSignal ApplySignals)*|B", ["B"]),
        *(
            ("A|...|B|= SUCCEEDED", ["A", *between, "B", "= SUCCEEDED"])
            for between in ([], ["C"], ["C", "AwaitSignal x2"])
        ),
        ("A x3", ["A x3"]),
        ("AwaitSignal", ["AwaitSignal"]),
        ("AwaitSignal", ["AwaitSignal~tick"]),  # a plain wait is a doorbell or a tick
        ("AwaitSignal~tick", ["AwaitSignal~tick"]),
        ("EnrichOrder {Profile + Stock x2 + Recommend}", [ENRICHED]),
    ],
)
def test_a_path_of_the_notation_matches(expected: str, seen: list[str]) -> None:
    assert matches(path(expected), seen)


@pytest.mark.parametrize(
    ("expected", "seen"),
    [
        ("A|B", ["A"]),
        ("A|B", ["B", "A"]),
        ("A|B", ["A", "B", "B"]),
        ("A|B", ["A", "B x2"]),
        ("A|B", ["A", "BV1"]),
        (f"{LOOP}|B", ["B"]),
        (LOOP, [*ROUND, "AwaitSignal", "ApplySignals"]),
        ("A|...|= SUCCEEDED", ["A", "= FAILED"]),
        ("...|= FAILED", ["A", "= ABORTED", "A", "= FAILED"]),  # dots end with the execution
        ("A x3", ["A x2"]),
        ("A x3", ["A"]),
        ("AwaitSignal~tick", ["AwaitSignal"]),
        ("EnrichOrder {Profile + Stock + Recommend}", [ENRICHED]),
        ("EnrichOrder {Profile + Stock x2}", [ENRICHED]),
        ("A|= SUCCEEDED", ["A", "= FAILED"]),
    ],
)
def test_another_path_does_not_match(expected: str, seen: list[str]) -> None:
    assert not matches(path(expected), seen)


def path(text: str) -> list[str]:
    """The entries of `A|B`; `+` separates branches."""
    return [entry.replace("+ ", "| ") for entry in text.split("|")]


@pytest.mark.parametrize(
    "entry", ["", "two states", "(A B", "(A B)?", "A {B", "= lower", "A->B", "A x", "( )+"]
)
def test_invalid_notation_is_refused(entry: str) -> None:
    with pytest.raises(InvalidNotation):
        pattern(entry)


def test_the_difference_names_the_place() -> None:
    expected = ["RouteStart", LOOP, "ProcessPayment x3", "= SUCCEEDED"]
    seen = ["RouteStart", *ROUND, *ROUND, "ProcessPayment x2", "= SUCCEEDED"]

    assert difference(expected, seen) == (
        "after RouteDecision: expected ProcessPayment x3, saw ProcessPayment x2"
    )
    assert difference(["A"], ["A", "B"]) == "after A: expected the end, saw B"
    assert difference(["A"], ["B"]) == "at the start: expected A, saw B"
    assert difference(["A"], []) == "at the start: expected A, saw the end"
    assert difference([LOOP], [*ROUND, *ROUND]) is None
