"""Another service that misbehaves: lost and late answers, refusals, repeated requests."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from lambdas.adapters.bounded_http import LARGEST_BYTES
from lambdas.adapters.http.customers import HttpCustomers
from lambdas.adapters.http.inventory import HttpCatalogue, HttpReservations
from lambdas.adapters.http.service import HttpService, UnexpectedAnswer
from lambdas.adapters.http.warehouse import RemoteWarehouse
from lambdas.adapters.secrets_manager import CachedSecret
from lambdas.domain.catalogue import Customer
from lambdas.domain.errors import (
    CatalogueNotListed,
    InsufficientStock,
    ManagedElsewhere,
    ProviderUnavailable,
    StoreUnavailable,
)
from lambdas.domain.reservations import Reservation, ReservationState
from tests.adapters.http import reference_service as misbehaving
from tests.adapters.http.reference_service import Misbehaviour, ReferenceService, status
from tests.adapters.http.services import SHORT, connect
from tests.support.builders import a_customer
from tests.support.fakes.fake_clock import FakeClock
from tests.support.raising import raises

HELD = Reservation(order_id="O", version=2, state=ReservationState.HELD, lines={"MUG-RED": 3})
CALLS: Mapping[str, Callable[[HttpService], object]] = {
    "customers": lambda service: HttpCustomers(service).find("alice"),
    "stock": lambda service: HttpCatalogue(service).stock(["A"]),
    "catalogue": lambda service: HttpCatalogue(service).page(limit=9, cursor="A"),
    "reservations": lambda service: HttpReservations(service).put(HELD),
}
PRODUCT = {"sku": "A", "name": "A", "available": 1, "unit_price_minor": 2, "currency": "EUR"}
PRODUCTS: Any = RemoteWarehouse()


@pytest.fixture
def reservations(service: ReferenceService) -> HttpReservations:
    """The reservations of a service with five mugs."""
    service.stock("MUG-RED", available=5)
    return HttpReservations(connect(service))


def stock_counters(service: ReferenceService) -> tuple[int, int, int]:
    return service.stock_counters("MUG-RED")


def methods(service: ReferenceService) -> str:
    return " ".join(method for method, _ in service.requests)


@pytest.mark.parametrize(
    ("answer", "requests"),
    [
        (misbehaving.lost, "PUT GET"),
        (misbehaving.twice, "PUT GET"),
        (status(429, retry_after="1"), "PUT PUT"),
        (status(503, retry_after="1"), "PUT PUT"),
    ],
)
def test_units_are_held_once_when_the_answer_is_lost_or_late(
    service: ReferenceService,
    reservations: HttpReservations,
    answer: Misbehaviour,
    requests: str,
) -> None:
    service.next_answers = [answer]

    assert reservations.put(HELD) == HELD

    assert (methods(service), stock_counters(service)) == (requests, (2, 3, 0))


def test_an_answer_that_comes_too_late_is_looked_up(service: ReferenceService) -> None:
    service.stock("MUG-RED", available=5)
    service.next_answers = [misbehaving.too_slow]

    class Patient(HttpReservations):
        def find(self, order_id: str) -> Reservation | None:
            service.served.wait()
            return HttpReservations(connect(service)).find(order_id)

    assert Patient(connect(service, timeout=SHORT)).put(HELD) == HELD
    assert stock_counters(service) == (2, 3, 0)


@pytest.mark.parametrize(
    "answer",
    [misbehaving.refused, status(500), status(429), status(429, retry_after="60"), status(408)],
)
def test_a_request_without_an_effect_is_a_transient_error(
    service: ReferenceService, reservations: HttpReservations, answer: Misbehaviour
) -> None:
    service.next_answers = [answer]

    with pytest.raises(StoreUnavailable):
        reservations.put(HELD)

    assert (methods(service), stock_counters(service)) == ("PUT GET", (5, 0, 0))
    assert reservations.put(HELD) == HELD


def test_a_service_need_not_list_its_products(service: ReferenceService) -> None:
    service.next_answers = [status(404, {"code": "not-found"})]

    with raises(CatalogueNotListed, "another service keeps the products and does not list them"):
        HttpCatalogue(connect(service)).page(limit=9, cursor=None)


def test_a_read_is_repeated_once(service: ReferenceService) -> None:
    clock = FakeClock()
    customers = HttpCustomers(connect(service, clock=clock))
    service.customers.put_customer({"customer_id": "alice", "tier": "gold"})
    service.next_answers = [misbehaving.refused]

    assert customers.find("alice") is not None
    assert clock.slept == [0]

    service.next_answers = [misbehaving.refused] * 2
    with pytest.raises(StoreUnavailable, match=r"^the inventory service did not answer$"):
        customers.find("alice")

    service.next_answers = [status(500), status(502)]
    with pytest.raises(StoreUnavailable, match="answered 502"):
        customers.find("alice")


@pytest.mark.parametrize("pause", ["60", "9" * 5000, "-1", "Sat, 28 Nov 2026 12:00:00 GMT"])
def test_a_read_is_not_repeated_before_the_pause_that_the_service_asks_for(
    service: ReferenceService, pause: str
) -> None:
    clock = FakeClock()
    customers = HttpCustomers(connect(service, clock=clock))
    service.next_answers = [status(503, retry_after=pause)]
    with pytest.raises(StoreUnavailable, match="answered 503"):
        customers.find("alice")
    assert methods(service) == "GET"

    service.next_answers = [status(429, retry_after="1")]
    customers.find("alice")
    assert clock.slept == [1]


def test_a_refused_token_is_read_again_once(service: ReferenceService) -> None:
    customers = HttpCustomers(connect(service))
    customers.find("alice")
    service.server.token = "token-2"
    assert customers.find("alice") is None
    assert len(service.requests) == 3

    service.next_answers = [status(403)] * 2
    with pytest.raises(StoreUnavailable, match="answered 403"):
        customers.find("alice")


def test_a_token_that_cannot_be_read_is_a_transient_error(service: ReferenceService) -> None:
    class Unreadable(CachedSecret):
        def value(self) -> str:
            raise ProviderUnavailable("the provider's credentials cannot be read")

    unreadable = Unreadable(None, arn="arn")
    connection = HttpService("customers", unreadable, FakeClock(), url=service.url)

    with pytest.raises(StoreUnavailable, match=r"the customers service: .* cannot be read"):
        HttpCustomers(connection).find("alice")


def test_a_token_that_is_no_header_is_a_transient_error_without_the_token(
    service: ReferenceService,
) -> None:
    service.server.token = "first\r\nsecond"

    with raises(StoreUnavailable, "the inventory service: its token is not one line of ASCII"):
        HttpCustomers(connect(service)).find("alice")


def test_unknown_fields_are_ignored(service: ReferenceService) -> None:
    reservation = {"version": 2, "state": "held", "lines": {"MUG-RED": 3}, "new": [1]}
    service.next_answers = [
        status(200, {"tier": "gold", "email": None, "new": {}}),
        status(200, {"products": [{**PRODUCT, "new": 1}], "new": 1}),
        status(200, reservation),
        status(409, {"code": "insufficient-stock", "skus": ["A"], "new": 1}),
    ]
    connection = connect(service)

    customer = HttpCustomers(connection).find("alice")
    levels = HttpCatalogue(connection).stock(["A"])
    found = HttpReservations(connection).find("O")

    assert customer == Customer(customer_id="alice", tier="gold", email="", name="")
    assert levels["A"].available == 1
    assert found == HELD
    with raises(InsufficientStock, "insufficient stock: A", "O"):
        HttpReservations(connection).put(HELD)


@pytest.mark.parametrize(
    ("call", "code", "body", "problem"),
    [
        ("customers", 200, {}, "without the field 'tier'"),
        ("customers", 200, {"tier": 1}, "not valid"),
        ("customers", 200, {"tier": "x" * 1001}, "not valid"),
        ("stock", 200, {"products": [{"sku": "A"}]}, "without the field 'available'"),
        ("stock", 200, {"products": [{"sku": "A", "available": 1.5}]}, "not valid"),
        ("stock", 200, {"products": [{**PRODUCT, "unit_price_minor": -1}]}, "not valid"),
        ("stock", 200, {"products": [{**PRODUCT, "unit_price_minor": 10**9 + 1}]}, "not valid"),
        ("stock", 200, {"products": [{**PRODUCT, "available": 10**16}]}, "not valid"),
        ("catalogue", 200, {"products": None}, "not valid"),
        ("catalogue", 200, {"products": [{**PRODUCT, "sku": "mug"}]}, "not valid"),
        ("catalogue", 200, {"products": [{**PRODUCT, "unit_price_minor": -1}]}, "not valid"),
        ("catalogue", 200, {"products": [{"sku": "A"}]}, "without the field 'name'"),
        ("reservations", 200, {"version": 2, "state": "lent", "lines": {}}, "not valid"),
        ("reservations", 200, {"version": True, "state": "held", "lines": {}}, "not valid"),
        ("reservations", 409, {"code": "other"}, "not valid"),
        ("reservations", 409, {}, "without the field 'code'"),
        *(
            ("reservations", 409, {"code": "insufficient-stock", "skus": skus}, "not valid")
            for skus in ("AB", ["a b"], ["A" * 33], [1], ["A"] * 51)
        ),
    ],
)
def test_an_answer_without_the_fields_of_the_contract_is_a_defect(
    service: ReferenceService, call: str, code: int, body: object, problem: str
) -> None:
    service.next_answers = [status(code, body)]

    with pytest.raises(UnexpectedAnswer, match=f"its answer {code} is {problem}"):
        CALLS[call](connect(service))


@pytest.mark.parametrize(
    "answer",
    [
        status(200, b"<html>"),
        status(200, []),
        status(200, b"[" * 100_000),
        status(200, b"9" * 5000),
        status(400, {}),
        status(302, {}, location="https://elsewhere.example.com"),
        status(200, b" " * (LARGEST_BYTES + 1)),
    ],
)
@pytest.mark.parametrize("call", CALLS)
def test_an_answer_outside_the_contract_is_a_defect(
    service: ReferenceService, answer: Misbehaviour, call: str
) -> None:
    service.next_answers = [answer]

    with pytest.raises(UnexpectedAnswer):
        CALLS[call](connect(service))

    assert len(service.requests) == 1


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("customers", lambda service: HttpCustomers(service).save(a_customer())),
        ("products", lambda _: PRODUCTS.find("A")),
        ("products", lambda _: PRODUCTS.save("A", None)),
        ("products", lambda _: PRODUCTS.correct(None)),
    ],
)
def test_nothing_is_changed_here(
    service: ReferenceService, what: str, change: Callable[[HttpService], object]
) -> None:
    with raises(ManagedElsewhere, f"another service manages the {what}"):
        change(connect(service))
