"""The port of the payment provider's reports. They only name a payment, which is then looked up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class UnsignedReport(Exception):
    """A report has no valid signature of the provider."""


class MalformedReport(Exception):
    """A report has a valid signature, but lacks the fields of a report."""


@dataclass(frozen=True, slots=True)
class PaymentReport:
    """The provider reports that the payment `reference` changed. `report_id` and `kind` are its
    names for the report, for the log.
    """

    report_id: str
    kind: str
    reference: str


class PaymentWebhook(Protocol):
    """The reports of a payment provider."""

    def read(self, body: str, headers: Mapping[str, str]) -> PaymentReport | None:
        """The report in a request, or None if it concerns no payment. The names of `headers` are in
        lower case. Raises UnsignedReport, MalformedReport, ProviderUnavailable.
        """
        ...
