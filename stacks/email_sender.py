"""The address that customers get mail from, and the right to send as it alone."""

from aws_cdk import aws_ses as ses
from constructs import Construct

from stacks.deployment_settings import DeploymentSettings
from stacks.grants import Resource


class EmailSender(Construct):
    """An SES identity. SES mails a link to the address: until it is followed nothing is sent."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: DeploymentSettings
    ) -> None:
        super().__init__(scope, construct_id)
        self._address = settings.sender_email
        self._identity = ses.EmailIdentity(
            self, "Identity", identity=ses.Identity.email(self._address)
        )

    @property
    def resources(self) -> dict[str, Resource]:
        arn = self._identity.email_identity_arn
        return {"sender": Resource(arn=arn, variable="SENDER_EMAIL", value=self._address)}
