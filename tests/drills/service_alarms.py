"""Drills of the alarms on the API, events, queues, e-mails and limits of the account.

Where AWS measures a fault itself, the drill records what the service reports.
"""

from functools import partial

from stacks.workflow.activity_functions import ACTIVITIES
from tests.drills.alarm_drills import alarm_drill
from tests.drills.fault import Fault
from tests.support.api_caller import OPERATOR, an_event

_TEN_MINUTES_MS = 600_000


@alarm_drill("ApiErrors", "Step Functions does not answer")
def fail_requests(fault: Fault) -> None:
    order = fault.world.place()
    fault.world.engine.unavailable = True
    for _ in range(5):
        fault.request(an_event("GET", f"/orders/{order.order_id}/history", OPERATOR))


@alarm_drill("ApiSlow", "requests take 15 seconds")
def slow_down(fault: Fault) -> None:
    fault.answer_request(200, milliseconds=15_000)


@alarm_drill("EventsLate", "EventBridge has refused events for ten minutes")
def delay_events(fault: Fault) -> None:
    fault.age_of_stream("publish-events", _TEN_MINUTES_MS)


@alarm_drill("FunctionsThrottled1", "the concurrency of the account is used up by requests")
def throttle_requests(fault: Fault) -> None:
    fault.throttle("api")


@alarm_drill("FunctionsThrottled2", "the concurrency of the account is used up by activities")
def throttle_activities(fault: Fault) -> None:
    fault.throttle(list(ACTIVITIES.values())[-4].name)


@alarm_drill("FunctionsThrottled3", "the concurrency of the account is used up by exports")
def throttle_exports(fault: Fault) -> None:
    fault.throttle("sweep-histories")


@alarm_drill("EmailsBouncing", "6 of 100 e-mails bounce")
def bounce(fault: Fault) -> None:
    fault.reputation("Bounce", 0.06)


@alarm_drill("EmailComplaints", "2 of 1,000 recipients mark an e-mail as spam")
def complain(fault: Fault) -> None:
    fault.reputation("Complaint", 0.002)


@alarm_drill("OperationsMessagesOld", "a message on the operations queue is two days old")
def leave_message(fault: Fault) -> None:
    fault.hold_message("OperationsQueue", age_seconds=2 * 86_400)


@alarm_drill("HistoriesLate", "S3 has refused histories for two hours")
def delay_histories(fault: Fault) -> None:
    fault.hold_message("HistoriesQueue", age_seconds=7_200)


for _name, _queue, _message in (
    ("UnreadMessagesWaiting", "OperationsUnreadMessages", "an operator read it five times"),
    ("JanitorFailuresWaiting", "OperationsJanitorFailures", "a function of the janitor failed"),
    ("HistoryFailuresWaiting", "OperationsHistoryFailures", "a history could not be exported"),
    ("MailReportFailuresWaiting", "OperationsMailReportFailures", "a bounce was not recorded"),
    (
        "PaymentComparisonFailuresWaiting",
        "OperationsPaymentComparisonFailures",
        "the provider did not answer the comparison",
    ),
    ("EventFailuresWaiting", "OperationsEventFailures", "an event could not be delivered"),
):
    alarm_drill(_name, f"a dead-letter queue holds a message: {_message}")(
        partial(Fault.hold_message, queue=_queue)
    )
