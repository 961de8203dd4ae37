"""Another service that misbehaves: lost and late answers, refusals, repeated requests."""

from collections.abc import Callable
from typing import Any

import pytest

from lambdas.adapters.http_customers import HttpCustomers
from lambdas.adapters.http_inventory import HttpCatalogue, HttpReservations
from lambdas.adapters.http_service import HttpService, UnexpectedAnswer
from lambdas.adapters.http_warehouse import RemoteWarehouse
from lambdas.adapters.secrets_manager import CachedSecret
from lambdas.domain.errors import (
    CatalogueNotListed,
    ManagedElsewhere,
    ProviderUnavailable,
    StoreUnavailable,
)
from lambdas.domain.reservations import Reservation, ReservationState
from tests.adapters import reference_service as misbehaving
from tests.adapters.reference_service import Misbehaviour, ReferenceService, status
from tests.adapters.services import SHORT, connect
from tests.support.builders import a_customer
from tests.support.fake_clock import FakeClock
from tests.support.raising import raises

HELD = Reservation(order_id="O", version=2, state=ReservationState.HELD, lines={"MUG-RED": 3})
PRODUCTS: Any = RemoteWarehouse()


@pytest.fixture
def reservations(service: ReferenceService) -> HttpReservations:
    """The reservations of a service with five mugs."""
    service.stock("MUG-RED", available=5)
    return HttpReservations(connect(service))


def shelf(service: ReferenceService) -> tuple[int, int, int]:
    return service.shelf("MUG-RED")


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

    assert (methods(service), shelf(service)) == (requests, (2, 3, 0))


def test_an_answer_that_comes_too_late_is_looked_up(service: ReferenceService) -> None:
    service.stock("MUG-RED", available=5)
    service.next_answers = [misbehaving.too_slow]

    class Patient(HttpReservations):
        def find(self, order_id: str) -> Reservation | None:
            service.served.wait()
            return HttpReservations(connect(service)).find(order_id)

    assert Patient(connect(service, timeout=SHORT)).put(HELD) == HELD
    assert shelf(service) == (2, 3, 0)


@pytest.mark.parametrize(
    "answer", [misbehaving.refused, status(500), status(429, retry_after="60"), status(408)]
)
def test_a_request_without_an_effect_is_a_transient_error(
    service: ReferenceService, reservations: HttpReservations, answer: Misbehaviour
) -> None:
    service.next_answers = [answer]

    with pytest.raises(StoreUnavailable):
        reservations.put(HELD)

    assert (methods(service), shelf(service)) == ("PUT GET", (5, 0, 0))
    assert reservations.put(HELD) == HELD


def test_a_service_need_not_list_its_products(service: ReferenceService) -> None:
    service.next_answers = [status(404, {"code": "not-found"})]

    with raises(CatalogueNotListed, "another service keeps the products and does not list them"):
        HttpCatalogue(connect(service)).page(limit=9, cursor=None)


def test_a_read_is_repeated_once(service: ReferenceService) -> None:
    customers = HttpCustomers(connect(service))
    service.customers.put_customer({"customer_id": "alice", "tier": "gold"})
    service.next_answers = [misbehaving.refused]

    assert customers.find("alice") is not None

    service.next_answers = [status(500), status(502)]
    with pytest.raises(StoreUnavailable, match="answered 502"):
        customers.find("alice")


def test_the_service_is_asked_again_after_the_pause_it_asks_for(service: ReferenceService) -> None:
    clock = FakeClock()
    service.next_answers = [status(429, retry_after="1")]

    HttpCustomers(connect(service, clock=clock)).find("alice")

    assert clock.slept == [1]


def test_a_rotated_token_is_read_again(service: ReferenceService) -> None:
    customers = HttpCustomers(connect(service))
    customers.find("alice")
    service.server.token = "token-2"

    assert customers.find("alice") is None
    assert len(service.requests) == 3


def test_a_refused_token_is_a_transient_error(service: ReferenceService) -> None:
    service.next_answers = [status(403)] * 2

    with pytest.raises(StoreUnavailable, match="answered 403"):
        HttpCustomers(connect(service)).find("alice")


def test_a_token_that_cannot_be_read_is_a_transient_error(service: ReferenceService) -> None:
    class Unreadable(CachedSecret):
        def value(self) -> str:
            raise ProviderUnavailable("the provider's credentials cannot be read")

    unreadable = Unreadable(None, arn="arn")
    connection = HttpService("customers", unreadable, FakeClock(), url=service.url)

    with pytest.raises(StoreUnavailable, match=r"the customers service: .* cannot be read"):
        HttpCustomers(connection).find("alice")


@pytest.mark.parametrize(
    "answer",
    [
        status(200, b"<html>"),
        status(200, []),
        status(400, {}),
        status(302, {}, location="https://elsewhere.example.com"),
    ],
)
@pytest.mark.parametrize(
    "call",
    [
        lambda service: HttpCustomers(service).find("alice"),
        lambda service: HttpCatalogue(service).stock(["A"]),
        lambda service: HttpCatalogue(service).page(limit=9, cursor="A"),
        lambda service: HttpReservations(service).put(HELD),
    ],
    ids=["customers", "stock", "catalogue", "reservations"],
)
def test_an_answer_outside_the_contract_is_a_defect(
    service: ReferenceService, answer: Misbehaviour, call: Callable[[HttpService], object]
) -> None:
    service.next_answers = [answer]

    with pytest.raises(UnexpectedAnswer):
        call(connect(service))

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
