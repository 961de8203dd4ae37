"""The checks in their order, each with what to do when it fails."""

from collections.abc import Callable
from dataclasses import dataclass

from tools.aws.verify import api_checks as api
from tools.aws.verify import order_checks as orders
from tools.aws.verify import service_checks as services
from tools.aws.verify import state_checks as states
from tools.aws.verify.stack import Stack


@dataclass(frozen=True, slots=True)
class Check:
    """`run` raises CheckFailed, or returns a finding to print. Its docstring says what it checks,
    `advice` what to do when it fails.
    """

    run: Callable[[Stack], str | None]
    advice: str

    @property
    def name(self) -> str:
        """The name of the function, as words."""
        return self.run.__name__.replace("_", " ")

    @property
    def text(self) -> str:
        """What it checks, on one line."""
        return " ".join((self.run.__doc__ or "").split())


ALARMS = "see docs/operations.md"
CHECKS = (
    Check(api.outputs_and_health, "read the events of the stack; deploy again"),
    Check(api.console_is_served, "read the log of the function `api`"),
    Check(
        api.tokens_are_checked,
        "compare the authorizers of the routes in API Gateway with the template; do not open the "
        "API to users before this passes",
    ),
    Check(
        api.several_groups_are_several_roles,
        "compare the claim `cognito:groups` of the token with lambdas/api/identity.py",
    ),
    Check(
        api.user_names_ignore_case,
        "create users in lower case only: orders belong to the name in the token",
    ),
    Check(
        api.sign_in_page_is_served,
        "check the domain and the callback addresses of the user pool's client",
    ),
    Check(api.a_repeated_request_places_one_order, "read the log of the function `api`"),
    Check(
        services.the_api_may_do_what_it_needs,
        "compare the policy of the role of `api` with stacks/security/grants.py",
    ),
    Check(
        services.the_alias_routes_to_the_newest_version,
        "a canary is in progress, or a release was rolled back: see docs/operations.md, Releases",
    ),
    Check(
        services.step_functions_accepts_the_definition,
        "correct the definition: local validators accept something that AWS refuses",
    ),
    Check(
        states.mock_cases_take_their_paths,
        "check out the commit that is deployed; else AWS and the local engines read the state "
        "differently: change it so that they agree",
    ),
    Check(
        services.layers_hold_the_locked_libraries,
        "check out the commit that is deployed, or deploy this one",
    ),
    Check(
        services.lambda_has_concurrency_left,
        "ask AWS for a higher quota (L-B99A9384): activities fail while requests use it up",
    ),
    Check(services.no_message_is_dead, f"{ALARMS}: the alarm of the queue"),
    Check(services.alarms_are_quiet, f"{ALARMS}: the alarm; JanitorSilent for the sweep"),
    Check(
        orders.an_approved_order_completes,
        "read `orders history`; a refused e-mail: EmailsFailing in docs/operations.md. A slow "
        "approval: the role of `api` may not call SendTaskSuccess",
    ),
    Check(
        orders.a_waiting_order_is_kept_awake,
        "the role of `api` may not call SendTaskHeartbeat: see stacks/security/grants.py",
    ),
    Check(orders.a_cancelled_order_releases_its_stock, "read `orders history` of the order"),
    Check(
        orders.a_signal_before_the_wait_has_an_effect,
        "read `orders history`; the janitor has to ring: JanitorSilent in docs/operations.md",
    ),
    Check(
        orders.a_payment_is_retried_and_a_declined_one_is_not,
        "compare the errors in `orders history` with the retries of ProcessPayment",
    ),
    Check(
        orders.a_cancel_during_the_payment_refunds_it,
        "read `orders history` and the ledger; compensate the order by hand if it is open",
    ),
    Check(orders.a_lost_task_token_is_recovered, f"{ALARMS}: JanitorSilent, JanitorChecksFailing"),
    Check(
        orders.a_stopped_execution_is_compensated,
        f"{ALARMS}: JanitorFastPathErrors, JanitorSilent",
    ),
    Check(
        orders.orders_of_one_product_are_all_reserved,
        "read `orders history` of a failed order; compare `max_open_orders` with 30",
    ),
    Check(
        services.an_alarm_reaches_its_topic,
        "check the policy of the topic; confirm the subscription of `alarm_email`",
    ),
    Check(
        services.logs_hold_no_secret,
        "find the line with Logs Insights, delete the log stream, and report the defect",
    ),
)
