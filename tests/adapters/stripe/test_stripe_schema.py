"""Stripe's API in memory has the schema of Stripe: its SDK is generated from Stripe's OpenAPI
specification, so the annotations of its classes are the schema of the objects.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin

import pytest
import stripe

from lambdas.adapters.stripe.errors import _DECLINES
from lambdas.adapters.stripe.objects import _DISPUTES, _STATES
from lambdas.adapters.stripe.payments import _REFUSED_AMOUNTS, _REFUSED_REFUNDS, StripePayments
from tests.adapters.payments.providers import REFUND, TEN, a_request
from tests.support.fakes.fake_stripe import METHODS, FakeStripe

_SOURCES: Mapping[str, Any] = {
    "charge": stripe.Charge,
    "refund": stripe.Refund,
    "dispute": stripe.Dispute,
}
DECLINE_CODES = {"currency_not_supported"}
"""Codes of banks (`decline_code`), for which the schema has no list."""


def mistakes(schema: Any, value: Any, place: str) -> Iterator[str]:
    """Where a value differs from its annotation. An open list of texts counts as closed."""
    if isinstance(schema, ForwardRef):
        schema = getattr(stripe, schema.__forward_arg__)
    kind = get_origin(schema)
    if kind is Union:
        yield from _of_none(get_args(schema), value, place)
    elif kind is Literal and value not in get_args(schema):
        yield f"{place} is {value!r}"
    elif kind is list and isinstance(value, list):
        for one in value:
            yield from mistakes(get_args(schema)[0], one, place)
    elif kind is None and issubclass(schema, stripe.StripeObject) and isinstance(value, Mapping):
        yield from object_mistakes(schema, value)
    elif kind is not Literal and type(value) is not (dict if kind else schema):
        yield f"{place} is a {type(value).__name__}"


def _of_none(schemas: tuple[Any, ...], value: Any, place: str) -> Iterator[str]:
    """The mistakes of a value that fits to none of the schemas."""
    closed = [schema for schema in schemas if get_origin(schema) is Literal]
    texts = closed or schemas if isinstance(value, str) else schemas
    found = [list(mistakes(text, value, place)) for text in texts]
    if all(found):
        yield found[0][0]


def object_mistakes(schema: Any, value: Mapping[str, Any]) -> Iterator[str]:
    """Fields of an object that its class does not have, or not with such a value."""
    known = schema.__annotations__
    for name, field in value.items():
        if name in known:
            yield from mistakes(known[name], field, f"{schema.__name__}.{name}")
        else:
            yield f"{schema.__name__} has no {name}"


def statuses(schema: Any) -> set[str]:
    """The texts of an annotation."""
    return {text for one in get_args(schema) for text in get_args(one)}


@pytest.mark.parametrize("method", sorted(set(METHODS) - {"pm_slow", "pm_of_bob"}))
def test_objects_of_the_fake_have_the_schema_of_stripe(
    payments: StripePayments, account: FakeStripe, method: str
) -> None:
    reference = payments.prepare(a_request(METHODS[method]))
    payments.capture(reference)
    if account.intents[reference]["status"] == "succeeded":
        payments.refund(REFUND, reference, TEN)
        account.open_dispute(reference)

    found = [*object_mistakes(stripe.PaymentIntent, account.intents[reference])]
    for dispute in account.disputes:
        found += object_mistakes(stripe.Dispute, dispute)
    found += object_mistakes(stripe.PaymentMethod, account._method(METHODS[method], {}))
    for refund in account.refunds.values():
        found += object_mistakes(stripe.Refund, refund)
    for transaction in account.transactions:
        source = transaction.pop("source")
        found += object_mistakes(stripe.BalanceTransaction, transaction)
        found += object_mistakes(_SOURCES[source["object"]], source)

    assert found == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "captured"},
        {"amount": "1000"},
        {"captured": 1000},
        {"latest_charge": {"id": "ch_1", "disputed": "yes"}},
        {"last_payment_error": {"type": "declined"}},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_an_object_of_another_schema_is_found(wrong: dict[str, Any]) -> None:
    assert len([*object_mistakes(stripe.PaymentIntent, wrong)]) == 1


def test_each_status_of_a_payment_and_of_a_dispute_is_known() -> None:
    assert _STATES.keys() == statuses(stripe.PaymentIntent.__annotations__["status"])
    assert _DISPUTES.keys() == statuses(stripe.Dispute.__annotations__["status"])


def test_each_code_with_a_reason_exists() -> None:
    codes = statuses(stripe.PaymentIntent.LastPaymentError.__annotations__["code"])

    assert _DECLINES.keys() - DECLINE_CODES <= codes
    assert {*_REFUSED_AMOUNTS, *_REFUSED_REFUNDS} <= codes
