"""CustomerDirectory at another service over HTTP. docs/adapters.md has its contract."""

from http import HTTPStatus
from urllib.parse import quote

from lambdas.adapters.http.service import HttpService, text
from lambdas.domain.catalogue import Customer
from lambdas.domain.errors import ManagedElsewhere


class HttpCustomers:
    """Reads customers: `GET /customers/{customer_id}`."""

    def __init__(self, service: HttpService) -> None:
        self._service = service

    def find(self, customer_id: str) -> Customer | None:
        answer = self._service.read(f"/customers/{quote(customer_id, safe='')}")
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        if answer.status != HTTPStatus.OK:
            raise self._service.unexpected_answer(answer)
        with self._service.parsing(answer) as record:
            return Customer(
                customer_id=customer_id,
                tier=text(record["tier"]),
                email=text(record.get("email") or ""),
                name=text(record.get("name") or ""),
                language=text(record.get("language") or "en"),
            )

    def save(self, customer: Customer) -> None:  # noqa: ARG002
        raise ManagedElsewhere("another service manages the customers")
