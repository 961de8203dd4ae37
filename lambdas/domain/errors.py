"""Every error of the system, sorted by what must happen next.

OrderError                     carries the order's id and a message that is safe to show
├─ PermanentError              final for this attempt: never retried at once
│   ├─ BusinessError           the only errors that lead to compensation
│   │   └─ InsufficientStock  PaymentDeclined  PaymentClosed  PaymentMismatch
│   │      PaymentNotSettled  OrderCancelled  CustomerUnknown
│   ├─ StaleEpoch              another execution owns the order: this one ends
│   ├─ PaymentPending          the provider settles the payment later: the order waits
│   ├─ OrderMovedOn  LedgerMismatch  MailRejected  MailUnsettled
│   └─ ActivityDefect          a bug: the details are in the log, never in the history
├─ TransientError              retried: by the state machine with backoff, or in place with jitter
│   └─ ProviderUnavailable  PaymentUnsettled  StoreConflict  StoreUnavailable
│      NotifierUnavailable  EngineUnavailable  OperationsUnavailable
│      EventsUnavailable
└─ RequestRefused              the request cannot be accepted: a 4xx, never seen by the workflow
    ├─ InvalidRequest (WorkflowVersionRemoved UnknownSku)  NotAllowed (AboveLimit)
    ├─ OrderNotFound  SignalNotFound  ProductNotFound  CatalogueNotListed
    └─ SignalNotAdmitted (MailNotDue NotResumable)  IdempotencyMismatch  InboxFull  StockTooLow
       CustomerCapReached  AddressSuppressed  ManagedElsewhere

Step Functions matches exact class names and knows no inheritance: the leaves are the contract
between this module and the `Retry` and `Catch` lists of statemachine/order_workflow.asl.json.
"""


class OrderError(Exception):
    """Base of all expected errors; `message` holds no personal data, token or payload."""

    def __init__(self, message: str, *, order_id: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.order_id = order_id


class PermanentError(OrderError):
    """Trying again at once cannot help."""


class BusinessError(PermanentError):
    """The order cannot be fulfilled: the workflow compensates."""


class InsufficientStock(BusinessError):
    """Too few units of at least one SKU are available."""


class PaymentDeclined(BusinessError):
    """The provider refused the charge for good; nothing was captured."""


class PaymentClosed(BusinessError):
    """Compensation voided the payment before this capture reached the provider."""


class PaymentMismatch(BusinessError):
    """The provider captured another amount than the approved one."""


class PaymentNotSettled(BusinessError):
    """The provider did not capture or decline a pending payment before its deadline."""


class PaymentPending(PermanentError):
    """The provider settles the payment later; the record has the deadline."""


class OrderCancelled(BusinessError):
    """A cancel was accepted: no forward step may write."""


class OrderMovedOn(PermanentError):
    """The order left the stage in which this step may write (an abandoned or repeated call)."""


class StaleEpoch(PermanentError):
    """Another execution owns the order now; this one must not write."""


class LedgerMismatch(PermanentError):
    """The ledger and a resource disagree (e.g. less stock held than the order holds)."""


class CustomerUnknown(BusinessError):
    """The customer's record does not exist."""


class MailRejected(PermanentError):
    """The mail service refuses the e-mail, or the customer has no address."""


class MailUnsettled(PermanentError):
    """The response of the mail service was lost. The workflow does not send the e-mail again."""


class ActivityDefect(PermanentError):
    """An unexpected exception inside an activity; its details are logged under the request id."""


class TransientError(OrderError):
    """Trying again may help, with the same key."""


class ProviderUnavailable(TransientError):
    """The payment provider did not do what was asked; nothing changed there."""


GIVEN_UP = ProviderUnavailable.__name__
"""The error after which a payment may be given up: the provider says that nothing happened."""


class PaymentUnsettled(TransientError):
    """The provider's answer is missing: the charge may or may not have happened."""


class StoreConflict(TransientError):
    """Another writer changed the order first; read it again and decide again."""


class StoreUnavailable(TransientError):
    """The tables, or a service that replaces one of them, are throttling or unreachable."""


class NotifierUnavailable(TransientError):
    """The mail service did not accept the mail; it was not sent."""


class EngineUnavailable(TransientError):
    """Step Functions is throttling or unreachable."""


class OperationsUnavailable(TransientError):
    """The operations queue did not take the message."""


class EventsUnavailable(TransientError):
    """The event bus or a subscriber did not accept all events, or their log did not answer."""


class RequestRefused(OrderError):
    """Base of the errors that a caller receives as 4xx."""


class InvalidRequest(RequestRefused):
    """The request is well-formed but asks for something that cannot be (422)."""


class UnknownSku(InvalidRequest):
    """The request names a SKU that does not exist (422)."""


class WorkflowVersionRemoved(InvalidRequest):
    """The request asks for a workflow version that was removed (422)."""


class NotAllowed(RequestRefused):
    """The caller's role, or the four-eyes rule, forbids it (403)."""


class AboveLimit(NotAllowed):
    """The total of the order is above the approver's limit (403)."""


class OrderNotFound(RequestRefused):
    """No such order, or it belongs to another customer (404)."""


class SignalNotFound(RequestRefused):
    """The order has no signal of this id (404)."""


class ProductNotFound(RequestRefused):
    """The catalogue has no product of this SKU (404)."""


class StockTooLow(RequestRefused):
    """A correction removes more units than are available (409)."""


class CatalogueNotListed(RequestRefused):
    """The service that keeps the products does not list them (404)."""


class ManagedElsewhere(RequestRefused):
    """Another service manages these records: this system only reads them (409)."""


class IdempotencyMismatch(RequestRefused):
    """The key was used before with another body (422)."""


class CustomerCapReached(RequestRefused):
    """The customer's open orders are as many, or have as many units, as allowed (429)."""


class InboxFull(RequestRefused):
    """The order has taken as many signals as it may (429)."""


class SignalNotAdmitted(RequestRefused):
    """The order's stage or deadline no longer admits this signal (409)."""

    def __init__(self, message: str, *, order_id: str, stage: str) -> None:
        super().__init__(message, order_id=order_id)
        self.stage = stage


class NotResumable(SignalNotAdmitted):
    """The order does not continue: it has ended, is compensated, or a person stopped it (409)."""


class MailNotDue(SignalNotAdmitted):
    """The order has no e-mail to the customer that can be sent again now (409)."""


class AddressSuppressed(RequestRefused):
    """The mail service sends nothing to the customer's address (409)."""
