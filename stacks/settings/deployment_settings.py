"""The settings of a deployment: typed and frozen."""

from dataclasses import dataclass

from lambdas.domain.workflow_versions import WORKFLOW_VERSIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentSettings:
    """The settings of one deployment (docs/deploy.md), by name."""

    environment: str = "dev"
    target: str = "aws"
    approval_timeout_seconds: int = 900
    heartbeat_seconds: int = 900
    payment_timeout_seconds: int = 900
    settlement_timeout_seconds: int = 259_200
    default_workflow_version: str = WORKFLOW_VERSIONS.current.name
    payment_provider: str = "sandbox"
    payment_secret_arn: str = ""
    payment_webhook_secret_arn: str = ""
    payment_api_url: str = ""
    inventory_url: str = ""
    inventory_secret_arn: str = ""
    customers_url: str = ""
    customers_secret_arn: str = ""
    subscriber_url: str = ""
    subscriber_secret_arn: str = ""
    sender_email: str = ""
    sender_name: str = ""
    reply_to_email: str = ""
    create_sender: str = "no"
    approver_email: str = ""
    max_open_orders: int = 0
    max_open_units: int = 0
    approval_limits: str = ""
    two_approvers_above: str = ""
    console_url: str = ""
    machine_client_ids: str = ""
    alarm_email: str = ""
    sign_in_url: str = ""
    api_concurrency: int = 0
    history_days: int = 730
    encryption: str = "aws"
    release_mode: str = ""
    state_machine_log_level: str = ""
    tracing: str = ""
    tracing_endpoint: str = ""
    tracing_percent: int = 100
    release: str = ""

    @property
    def stack_name(self) -> str:
        """Name of the stack, and of everything that carries a physical name."""
        return f"OrderWorkflow-{self.environment}"

    @property
    def machine_clients(self) -> tuple[str, ...]:
        """Ids of the user pool's app clients that call the API as machines."""
        return tuple(self.machine_client_ids.split(",")) if self.machine_client_ids else ()

    @property
    def log_level(self) -> str:
        """What the state machine logs: all state changes in dev, elsewhere only errors."""
        return self.state_machine_log_level or ("ERROR" if self.keeps_data else "ALL")

    @property
    def releases_by_canary(self) -> bool:
        """Whether a part of the new orders tries a release first: outside dev, unless changed."""
        return (self.release_mode or ("canary" if self.keeps_data else "at-once")) == "canary"

    @property
    def runs_on_emulator(self) -> bool:
        """Whether the embedded emulator is deployed to, instead of AWS."""
        return self.target == "emulator"

    @property
    def keeps_data(self) -> bool:
        """Whether data, logs and identities outlive their stack: everywhere but in dev."""
        return self.environment != "dev"
