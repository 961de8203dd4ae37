"""What a scenario needs of a payment provider."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

Record = Mapping[str, Any]


class Provider(Protocol):
    """`reference` is the provider's ID of a payment. Nothing is reported to the API unless `report`
    is called; localstripe also sends the reports that it has.
    """

    def payment_method(self, name: str) -> str:
        """The provider's name of a payment method of the sandbox."""
        ...

    def records(self) -> Sequence[Record]:
        """The payments and refunds, as records of the invariants."""
        ...

    def settle(self, reference: str) -> None:
        """Capture a payment that is pending."""
        ...

    def refund_by_hand(self, reference: str, minor: int) -> None:
        """A person refunds a part of a payment, in minor units."""
        ...

    def fail_refund(self, reference: str) -> None:
        """The bank returns the refund of a payment, which had succeeded."""
        ...

    def report(self, reference: str, event: str) -> None:
        """Send a signed report about a payment to the API: of schema.EVENTS. Raises httpx errors
        if it is refused.
        """
        ...
