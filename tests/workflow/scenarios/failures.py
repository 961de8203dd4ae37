"""Scenarios of failed dependencies: the customers table and the mail service."""

from tests.workflow.faults import SDK_ATTEMPTS, refused, reply_lost, too_many
from tests.workflow.scenarios.ends import LOOP, PAY, REJECTED, TO_WAIT, completed, rejected
from tests.workflow.scenarios.scenario import UNFINISHED, Scenario
from tests.workflow.scenarios.steps import approve, forget_customer

AT_ENRICHMENT = ("RouteStart", "EnrichOrder")
BEGIN_BACK_OFF = ("RouteBackOff", "BeginBackOff", "BackOff", "ApplySignals")
UNCONFIRMED = {"reserve": "done", "pay": "done"}

FAILURES = (
    Scenario(
        name="an order whose customer cannot be read for a time starts again after a pause",
        faults=(
            refused(
                "dynamodb.GetItem",
                times=5 * SDK_ATTEMPTS,
                state="FetchCustomerProfile",
                table="customers",
            ),
        ),
        script=(approve(),),
        ends=completed(
            (*AT_ENRICHMENT, *BEGIN_BACK_OFF, "RouteDecision", *TO_WAIT, *LOOP, *PAY),
            retried={"FetchCustomerProfile": 4},
        ),
    ),
    Scenario(
        name="an order whose customer is gone fails, and its e-mail is not sent",
        meanwhile={("before", "FetchCustomerProfile"): forget_customer()},
        ends=rejected(
            (*AT_ENRICHMENT, *REJECTED),
            "CustomerUnknown: the customer's record is gone",
            ledger={"mail-cancellation": "undone"},
            mails=(),
            found=UNFINISHED,
        ),
    ),
    Scenario(
        name="a throttled confirmation is sent later and once",
        faults=(too_many("sesv2.SendEmail", times=2),),
        script=(approve(),),
        ends=completed(retried={"SendOrderConfirmation": 2}),
    ),
    Scenario(
        name="a confirmation that SES may have sent is not sent again",
        faults=(reply_lost("sesv2.SendEmail", code="InternalServerError", status=500),),
        script=(approve(),),
        ends=completed(
            (*TO_WAIT, *LOOP, *PAY, "CompletedUnconfirmed"),
            ledger={**UNCONFIRMED, "mail-confirmation": "intent"},
        ),
    ),
)
