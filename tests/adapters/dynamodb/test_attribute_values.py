from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from lambdas.adapters.dynamodb.attribute_values import (
    from_attribute,
    from_item,
    to_attribute,
    to_item,
)
from lambdas.domain.record.stages import Stage

values = st.recursive(
    st.text() | st.integers(-(10**30), 10**30) | st.booleans(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1), inner),
    max_leaves=12,
)


@given(values)
def test_a_value_makes_the_round_trip(value: object) -> None:
    assert from_attribute(to_attribute(value)) == value


@given(values)
def test_the_notation_is_boto3s_own(value: object) -> None:
    written: Any = to_attribute(value)

    assert written == TypeSerializer().serialize(value)
    assert from_attribute(written) == TypeDeserializer().deserialize(written)


@pytest.mark.parametrize("value", [1.0, Decimal("1.5"), b"x", object(), {1, 2}])
def test_a_type_that_no_record_uses_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match=f"^a record holds no {type(value).__name__}$"):
        to_attribute(value)


def test_none_means_absent() -> None:
    assert to_item({"a": None, "b": {"c": None}}) == {"b": {"M": {}}}


def test_an_enumeration_is_written_as_plain_text() -> None:
    written = to_attribute(Stage.PAYMENT)

    assert written == {"S": "payment"}
    assert type(written["S"]) is str


def test_sets_and_nulls_that_others_wrote_are_readable() -> None:
    assert from_item({"a": {"SS": ["x", "y"]}, "b": {"NULL": True}}) == {"a": {"x", "y"}, "b": None}


def test_a_truth_is_no_number() -> None:
    assert to_attribute(True) == {"BOOL": True}
    assert from_attribute({"BOOL": False}) is False
