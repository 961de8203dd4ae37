"""The table of scenarios."""

from tests.engines.scenario import Act, Add, Approve, InjectedFault, Moment, Scenario

CANCEL_BEFORE_COMPLETION = (Moment.CHARGED, Act.CANCEL)

SCENARIOS = (
    Scenario(name="approved"),
    Scenario(name="approved, version 1", version="v1"),
    Scenario(name="item added, then approved", steps=(Add("TEA", 1), Add("MUG", 1), Approve())),
    Scenario(name="item without stock added", steps=(Add("RARE", 2), Approve())),
    Scenario(name="approval of an old revision", steps=(Add("TEA", 1), Approve(1), Approve(2))),
    Scenario(name="cancelled while waiting", stage="cancelled", steps=(Act.CANCEL,)),
    Scenario(name="declined by the approver", stage="cancelled", steps=(Act.DECLINE,)),
    Scenario(
        name="item added, then cancelled", stage="cancelled", steps=(Add("TEA", 2), Act.CANCEL)
    ),
    Scenario(name="approval deadline passes", stage="cancelled", steps=(Act.DEADLINE,)),
    Scenario(name="payment declined", stage="failed", payment_method="pm_declined"),
    Scenario(
        name="insufficient funds, version 1",
        stage="failed",
        version="v1",
        payment_method="pm_insufficient_funds",
    ),
    Scenario(name="payment fails twice", payment_method="pm_flaky_2"),
    Scenario(name="provider stays away", stage="failed", payment_method="pm_unavailable"),
    Scenario(name="payment's answer is lost", payment_method="pm_slow"),
    Scenario(
        name="cancelled during the payment",
        stage="cancelled",
        payment_method="pm_slow",
        then=(Moment.CHARGED_UNANSWERED, Act.CANCEL),
    ),
    Scenario(name="cancelled before completion", stage="cancelled", then=CANCEL_BEFORE_COMPLETION),
    Scenario(
        name="refund fails twice",
        stage="cancelled",
        payment_method="pm_refund_fails_2",
        then=CANCEL_BEFORE_COMPLETION,
    ),
    Scenario(
        name="refund fails for good",
        payment_method="pm_refund_fails",
        then=CANCEL_BEFORE_COMPLETION,
        stage="compensating",
    ),
    Scenario(name="out of stock", stage="failed", steps=(), items=(("GONE", 1),)),
    Scenario(name="all lines or none", stage="failed", steps=(), items=(("MUG", 2), ("RARE", 2))),
    Scenario(name="recommendations are down", fault=InjectedFault.RECOMMENDATIONS),
    Scenario(
        name="recommendations are down, version 1",
        version="v1",
        fault=InjectedFault.RECOMMENDATIONS,
    ),
    Scenario(name="confirmation cannot be sent", fault=InjectedFault.MAIL),
    Scenario(
        name="cancellation cannot be sent",
        stage="cancelled",
        steps=(Act.CANCEL,),
        fault=InjectedFault.MAIL,
    ),
    Scenario(name="execution stopped", stage="failed", steps=(Act.STOP,)),
    Scenario(name="execution stopped, item added", stage="failed", steps=(Add("TEA", 1), Act.STOP)),
)
