"""The sender of e-mails: its SES identity, and the grant to send from this address only."""

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_ses as ses
from constructs import Construct

from stacks.security import accepted_findings as findings
from stacks.security.grants import Resource
from stacks.settings.deployment_settings import DeploymentSettings


class EmailSender(Construct):
    """An SES identity that the account has, or (`create_sender`) one that the stack creates.

    SES sends a verification link to a new address, and refuses to send from it until the link is
    opened.

    The configuration set makes SES suppress addresses that bounced or complained, also where the
    setting of the account does not.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: DeploymentSettings
    ) -> None:
        super().__init__(scope, construct_id)
        self._address = settings.sender_email
        self._headers = {
            "SENDER_NAME": settings.sender_name,
            "REPLY_TO_EMAIL": settings.reply_to_email,
        }
        if settings.create_sender == "yes":
            identity = ses.EmailIdentity(
                self, "Identity", identity=ses.Identity.email(self._address)
            )
            # Verified by hand, and perhaps used by others: never deleted by a changed setting.
            identity.apply_removal_policy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        self._configuration = ses.ConfigurationSet(
            self,
            "Configuration",
            suppression_reasons=ses.SuppressionReasons.BOUNCES_AND_COMPLAINTS,
        )

    @property
    def configuration_set_name(self) -> str:
        return self._configuration.configuration_set_name

    def report_to(self, bus: events.IEventBus) -> None:
        """Publish bounces and complaints on the default bus: SES publishes on no other."""
        self._configuration.add_event_destination(
            "Reports",
            destination=ses.EventDestination.event_bus(bus),
            events=[ses.EmailSendingEvent.BOUNCE, ses.EmailSendingEvent.COMPLAINT],
        )

    @property
    def resources(self) -> dict[str, Resource]:
        """The right to send, bound by the sender's address, and to read the suppression list.

        SES checks the policy against every identity that a call involves: the address or its
        domain, whichever is verified; in the sandbox each recipient too; and the configuration
        set. (Service authorization reference, "Amazon SES v2")
        """
        return {
            "sender": Resource(
                arn=self._account_arn("identity"),
                more_arns=(self._account_arn("configuration-set"),),
                conditions={"StringEquals": {"ses:FromAddress": self._address}},
                variable="SENDER_EMAIL",
                value=self._address,
                more_variables={
                    "EMAIL_CONFIGURATION_SET": self._configuration.configuration_set_name,
                    **{name: value for name, value in self._headers.items() if value},
                },
                wildcard=findings.IDENTITIES,
            ),
            # The list belongs to the account: IAM has no resource for it.
            "suppression-list": Resource(arn="*"),
        }

    def _account_arn(self, resource: str) -> str:
        return Stack.of(self).format_arn(service="ses", resource=resource, resource_name="*")
