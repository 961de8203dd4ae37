"""Text of requests: what is refused is named in words; what was stored before is shown escaped."""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from lambdas.api.http.field_patterns import FORMS, is_user_name
from lambdas.api.models import catalogue_inputs, inputs, settlement_views
from lambdas.domain.free_text import escape, is_accepted
from tests.support.api_caller import DOCUMENT, OPERATOR, ApiCaller
from tests.support.world import World
from tests.unit.api.signals.sending import send

STORED = "cancelled: \x9b31m\u202e\x7f \U000e0041 é 日"
BASIC_PLANE = [chr(code) for code in range(0x10000)]
CATEGORIES = sorted({unicodedata.category(one) for one in BASIC_PLANE})


def last_of(category: str) -> str:
    return next(one for one in reversed(BASIC_PLANE) if unicodedata.category(one) == category)


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_reason_is_taken_by_the_category_of_its_characters(
    api: ApiCaller, world: World, category: str
) -> None:
    character, order = last_of(category), world.place()

    answer = send(api, order, "cancel-order", body={"reason": f"a{character}b"})

    assert answer.status == (202 if is_accepted(character) else 422)
    assert len(world.now(order).inbox) == is_accepted(character)


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_user_name_has_no_character_outside_of_ascii(category: str) -> None:
    accepted = [
        one
        for one in BASIC_PLANE
        if unicodedata.category(one) == category and is_user_name(f"a{one}b")
    ]

    assert all(one.isascii() and one.isprintable() and one != " " for one in accepted)


TEXTS: Mapping[str, TypeAdapter[Any]] = {
    f"{model.__name__}.{name}": TypeAdapter(Annotated[field.annotation, field])  # type: ignore[arg-type]
    for module in (inputs, catalogue_inputs, settlement_views)
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, inputs.Request)
    for name, field in model.model_fields.items()
    if field.annotation in (str, str | None)
}
"""A validator of each text that a body may have: reasons, names, addresses, ids."""


def is_valid(validator: TypeAdapter[Any], text: str) -> bool:
    try:
        validator.validate_python(text)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("category", CATEGORIES)
def test_no_text_of_a_body_has_a_character_that_is_not_shown(category: str) -> None:
    one = last_of(category)
    forms = (
        f"a{one}b",
        f"a{one}b@shop.internal",
        f"a@shop{one}b.internal",
        f"A{one}B",
        f"pm_a{one}b",
    )

    taking = {name for name, text in TEXTS.items() if any(is_valid(text, form) for form in forms)}

    assert taking == set() or is_accepted(one)


def test_the_texts_are_those_that_people_write_and_ids() -> None:
    people = {"Cancellation.reason", "Decline.reason", "StockChange.reason", "ProductDetails.name"}

    assert people | {"CustomerRecord.name", "CustomerRecord.email"} <= TEXTS.keys()
    assert is_valid(TEXTS["CustomerRecord.email"], "a@shop.internal")


def test_text_that_was_stored_before_is_escaped_and_means_the_same(
    api: ApiCaller, world: World
) -> None:
    order = world.place()
    world.store.put(replace(order, last_error=STORED))

    for path in (f"/orders/{order.order_id}", "/orders"):
        answer = api.get(path, OPERATOR)
        shown = answer.json["orders"][0] if path == "/orders" else answer.json

        assert not set(answer.text) & set("\x9b\u202e\x7f\U000e0041")
        assert "é 日" in answer.text
        assert shown["last_error"] == STORED


@pytest.mark.parametrize("category", [one for one in CATEGORIES if one != "Cs"])
def test_an_escaped_json_document_means_the_same(category: str) -> None:
    text = f'"\\{last_of(category)}\\u0041'

    assert json.loads(escape(json.dumps(text, ensure_ascii=False))) == text


def test_names_that_a_caller_made_up_come_back_escaped(api: ApiCaller, world: World) -> None:
    in_body = send(api, world.place(), "cancel-order", body={"reason": "a", "\x9b31m\u202e": 1})
    in_query = api.get("/orders?%C2%9B31m%E2%80%AE=1")

    for answer in (in_body, in_query):
        assert answer.status == 422
        assert answer.json["errors"][0]["field"] == "\\u009b31m\\u202e"
        assert answer.json["detail"].isprintable()


def test_every_pattern_of_a_request_has_its_words() -> None:
    patterns = set(patterns_in([DOCUMENT["components"]["schemas"], DOCUMENT["paths"]]))

    assert patterns
    assert patterns <= set(FORMS)


def patterns_in(node: object) -> list[str]:
    if not isinstance(node, (dict, list)):
        return []
    own = [node["pattern"]] if isinstance(node, dict) and "pattern" in node else []
    children = node.values() if isinstance(node, dict) else node
    return own + [found for child in children for found in patterns_in(child)]
