from typing import Any

import pytest

from bench.cost.units import Index, item_bytes, read_units, write_units

BY_STAGE = Index(
    {
        "KeySchema": [{"AttributeName": "stage"}, {"AttributeName": "order_id"}],
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total"]},
    },
    table_key={"pk"},
)


def an_item(**more: Any) -> dict[str, Any]:
    return {"pk": {"S": "1"}, "order_id": {"S": "1"}, "stage": {"S": "start"}, **more}


@pytest.mark.parametrize(
    ("item", "size"),
    [
        (None, 0),
        ({"name": {"S": "abcd"}}, 8),
        ({"name": {"S": "ä"}}, 6),
        ({"n": {"N": "1200"}}, 1 + 2),
        ({"n": {"N": "-12345"}}, 1 + 5),
        ({"b": {"BOOL": True}}, 2),
        ({"l": {"L": [{"S": "ab"}]}}, 1 + 3 + 1 + 2),
        ({"m": {"M": {"ab": {"S": "cd"}}}}, 1 + 3 + 1 + 2 + 2),
        ({"s": {"SS": ["a", "bc"]}}, 1 + 3),
    ],
)
def test_an_item_is_as_large_as_its_names_and_values(item: Any, size: int) -> None:
    assert item_bytes(item) == size


def test_a_write_is_billed_by_the_larger_of_the_item_before_and_after() -> None:
    large, small = {"pk": {"S": "x" * 2000}}, {"pk": {"S": "x"}}

    assert write_units(large, small, {}, transaction=False) == {"table": 2}
    assert write_units(small, large, {}, transaction=True) == {"table": 4}


@pytest.mark.parametrize(
    ("attribute", "writes"),
    [("stage", 2), ("total", 1), ("other", 0)],
    ids=["its key", "a projected attribute", "another attribute"],
)
def test_an_index_is_written_by_what_changes(attribute: str, writes: int) -> None:
    assert BY_STAGE.write_units(an_item(), an_item(**{attribute: {"S": "5"}})) == writes


def test_an_item_without_the_key_is_not_in_a_sparse_index() -> None:
    without = {name: value for name, value in an_item().items() if name != "stage"}

    assert BY_STAGE.write_units(None, without) == 0
    assert BY_STAGE.write_units(an_item(), without) == 1


def test_a_consistent_read_costs_twice_an_eventually_consistent_one() -> None:
    item = {"pk": {"S": "x" * 5000}}

    assert read_units([item], consistent=True) == 2
    assert read_units([item], consistent=False) == 1


def test_a_query_is_billed_by_the_size_of_all_its_items_together() -> None:
    items: list[Any] = [{"pk": {"S": "x" * 1000}}] * 5

    assert read_units(items, consistent=True, summed=True) == 2
    assert read_units(items, consistent=True) == 5
