"""The address that customers get mail from, and the right to send as it alone."""

from aws_cdk import aws_ses as ses
from constructs import Construct

from stacks.deployment_settings import DeploymentSettings
from stacks.grants import Resource


class EmailSender(Construct):
    """An SES identity: one that the account has, or (`create_sender`) one of this stack.

    SES mails a link to a new address; until it is followed nothing is sent.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: DeploymentSettings
    ) -> None:
        super().__init__(scope, construct_id)
        self._address = settings.sender_email
        self._identity = self._create() if settings.create_sender == "yes" else self._find()

    def _find(self) -> ses.IEmailIdentity:
        return ses.EmailIdentity.from_email_identity_name(self, "Identity", self._address)

    def _create(self) -> ses.IEmailIdentity:
        return ses.EmailIdentity(self, "Identity", identity=ses.Identity.email(self._address))

    @property
    def resources(self) -> dict[str, Resource]:
        arn = self._identity.email_identity_arn
        return {"sender": Resource(arn=arn, variable="SENDER_EMAIL", value=self._address)}
