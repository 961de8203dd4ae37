"""The options of `up`."""

from collections.abc import Mapping
from dataclasses import dataclass

from local.host.problems import LocalProblem
from local.host.state import State
from local.localstripe.program import PROGRAM
from local.services.examples import EXAMPLE, SERVICES, chosen_services

PROVIDERS = ("sandbox", "stripe")
MAX_TICKS = 100
"""The stack's limit of heartbeats within the approval deadline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpOptions:
    """Options of `up`. Times are in seconds; `port` 0 means any free port. Without an
    `approver_email` no approval requests are sent. `dynamodb` is the address of another DynamoDB
    for the tables; its existing data is kept. `payments` is the provider: sandbox or stripe, which
    is localstripe behind the adapter of Stripe. `inventory`, `customers` and `subscriber` are the
    URLs of services, or `example` for those in `local/services`.
    """

    approval_timeout: int = 900
    heartbeat: int = 900
    approver_email: str = ""
    port: int = 0
    dynamodb: str = ""
    payments: str = "sandbox"
    inventory: str = ""
    customers: str = ""
    subscriber: str = ""

    @property
    def services(self) -> Mapping[str, str]:
        """The chosen services: `example` or a URL, by name."""
        choices = {name: str(getattr(self, name)) for name in SERVICES}
        return {name: choice for name, choice in choices.items() if choice}

    def check(self) -> None:
        """Raise LocalProblem for times that `cdk synth` would reject half a minute later, and for a
        payment provider that is not known or not installed.
        """
        if self.payments not in PROVIDERS:
            reason = f"there is no payment provider {self.payments!r}"
            advice = f"choose one of {', '.join(PROVIDERS)}"
            raise LocalProblem("reading the options", reason, advice=advice)
        if self.payments == "stripe" and not PROGRAM.exists():
            reason = "localstripe is not installed"
            raise LocalProblem("reading the options", reason, advice="run `make localstripe`")
        for name, choice in self.services.items():
            if choice != EXAMPLE and not choice.startswith(("http://", "https://")):
                reason = f"--{name} {choice} is no URL"
                advice = f"choose {EXAMPLE}, or the URL of a service like http://127.0.0.1:8010"
                raise LocalProblem("reading the options", reason, advice=advice)
        if not 0 < self.heartbeat <= self.approval_timeout <= MAX_TICKS * self.heartbeat:
            reason = f"a heartbeat of {self.heartbeat} s in {self.approval_timeout} s"
            advice = f"choose 1 to {MAX_TICKS} heartbeats within the approval timeout"
            raise LocalProblem("reading the options", reason, advice=advice)

    def as_command_line(self) -> str:
        """The options as the user would type them, without the port."""
        words = f"--approval-timeout {self.approval_timeout} --heartbeat {self.heartbeat}"
        words += f" --approver-email {self.approver_email}" if self.approver_email else ""
        words += f" --payments {self.payments}" if self.payments != "sandbox" else ""
        words += "".join(f" --{name} {choice}" for name, choice in self.services.items())
        return words + (f" --dynamodb {self.dynamodb}" if self.dynamodb else "")


def options_of(state: State, *, port: int) -> UpOptions:
    """The options of a running environment, with another port."""
    return UpOptions(
        approval_timeout=state.approval_timeout_seconds,
        heartbeat=state.heartbeat_seconds,
        approver_email=state.approver_email,
        dynamodb=state.dynamodb,
        payments=state.payments,
        port=port,
        **chosen_services(state),
    )
