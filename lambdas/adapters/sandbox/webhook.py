"""PaymentWebhook of the sandbox provider. Its secret is an item of the payments table."""

from collections.abc import Mapping
from secrets import token_hex
from typing import TYPE_CHECKING

from lambdas.adapters.sandbox.table import SandboxTable
from lambdas.adapters.signed_reports import is_signed, parse_report, report_of
from lambdas.domain.payment_webhook import PaymentReport, UnsignedReport

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.domain.ports import Clock

SIGNATURE_HEADER = "sandbox-signature"
_ITEM = "webhook-secret"


class SandboxWebhook:
    """Reads reports like `{"id": "evt_1", "kind": "payment.captured", "reference": "pay:01J…"}`."""

    def __init__(self, client: "DynamoDBClient", clock: "Clock", *, payments_table: str) -> None:
        self._table = SandboxTable(client, name=payments_table)
        self._clock = clock

    def read(self, body: str, headers: Mapping[str, str]) -> PaymentReport | None:
        signature = headers.get(SIGNATURE_HEADER, "")
        if not is_signed(self.secret(), body, signature, self._clock.now() // 1000):
            raise UnsignedReport
        report = parse_report(body)
        if "reference" not in report:
            return None
        return report_of(report.get("id"), report.get("kind"), report["reference"])

    def secret(self) -> str:
        """The secret of the signatures. The first call creates it."""
        created = {"payment_key": _ITEM, "secret": token_hex(32)}
        return str((self._table.read(_ITEM) or self._table.create(created) or created)["secret"])
