"""Stories of broken surroundings: stock, directories, mail, and answers that never come."""

from lambdas.domain.record.order import Enrichment
from tests.workflow.faults import (
    SDK_ATTEMPTS,
    refused,
    reply_lost,
    too_many,
)
from tests.workflow.stories.ends import (
    CANCELLED,
    LOOP,
    PAY,
    REJECTED,
    TO_WAIT,
    cancelled,
    completed,
    rejected,
)
from tests.workflow.stories.steps import (
    approve,
    cancel,
    forget_customer,
    sender_is_not_verified,
)
from tests.workflow.stories.story import UNFINISHED, Story

AT_ENRICHMENT = ("RouteStart", "EnrichOrder")
BEGIN_BACK_OFF = ("RouteBackOff", "BeginBackOff", "BackOff", "ApplySignals")
TOLD = {"mail-cancellation": "done"}
UNCONFIRMED = {"reserve": "done", "pay": "done"}

FAILURES = (
    Story(
        name="an order without stock fails before the approval",
        items=(("SOLD-OUT", 1),),
        ends=rejected(
            (*TO_WAIT, *REJECTED),
            "InsufficientStock: insufficient stock: SOLD-OUT",
            ledger=TOLD,
            found=UNFINISHED,
        ),
    ),
    Story(
        name="an order holds all of its lines or none",
        items=(("MUG-RED", 2), ("RARE-1", 2)),
        ends=rejected(
            (*TO_WAIT, *REJECTED),
            "InsufficientStock: insufficient stock: RARE-1",
            ledger=TOLD,
            found=UNFINISHED,
        ),
    ),
    Story(
        name="an order needs no recommendations",
        faults=(refused("dynamodb.BatchGetItem", state="FetchRecommendations"),),
        script=(approve(),),
        ends=completed(
            retried={"FetchRecommendations": 1},
            found=Enrichment(customer_tier="gold", inventory_ok=True),
        ),
    ),
    Story(
        name="an order of version 1 needs no recommendations either",
        version="v1",
        faults=(refused("dynamodb.BatchGetItem", state="FetchRecommendations"),),
        script=(approve(),),
        ends=completed(
            (
                "RouteStart",
                "FetchInventorySnapshotV1",
                "FetchCustomerProfileV1",
                "FetchRecommendationsV1",
                "ReserveStock",
                *LOOP,
                *PAY,
            ),
            retried={"FetchRecommendationsV1": 1},
            found=Enrichment(customer_tier="gold", inventory_ok=True),
        ),
    ),
    Story(
        name="an order whose customer cannot be read for a while begins again after a pause",
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
    Story(
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
    Story(
        name="a confirmation that SES refuses does not undo the order",
        prologue=(sender_is_not_verified(),),
        script=(approve(),),
        ends=completed(
            (*TO_WAIT, *LOOP, *PAY, "CompletedUnconfirmed"),
            ledger={**UNCONFIRMED, "mail-confirmation": "undone"},
            mails=(),
        ),
    ),
    Story(
        name="a throttled confirmation is sent later and once",
        faults=(too_many("sesv2.SendEmail", times=2),),
        script=(approve(),),
        ends=completed(retried={"SendOrderConfirmation": 2}),
    ),
    Story(
        name="a confirmation that SES may have sent is not sent again",
        faults=(reply_lost("sesv2.SendEmail", code="InternalServerError", status=500),),
        script=(approve(),),
        ends=completed(
            (*TO_WAIT, *LOOP, *PAY, "CompletedUnconfirmed"),
            ledger={**UNCONFIRMED, "mail-confirmation": "intent"},
        ),
    ),
    Story(
        name="a cancellation mail that SES refuses does not keep the order open",
        prologue=(sender_is_not_verified(),),
        script=(cancel(),),
        ends=cancelled(
            (*TO_WAIT, *LOOP, *CANCELLED),
            ledger={"reserve": "undone", "mail-cancellation": "undone"},
            mails=(),
        ),
    ),
)
