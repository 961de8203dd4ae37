"""The AWS account of the caller: what a deployment needs before it starts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cli.commands.admin.region import selected_region

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_sesv2 import SESV2Client

BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
BOOTSTRAP_VERSION = 6
"""The oldest bootstrap that a stack with the default synthesizer accepts. (AWS CDK developer guide,
"Bootstrap template versions")
"""


class AccountProblem(Exception):
    """The account is not ready; the message says what to do."""


class Sessions(Protocol):
    """A boto3 session, or what tests have in its place."""

    @property
    def region_name(self) -> str | None: ...

    def client(self, service: str) -> Any: ...


def caller_session() -> boto3.Session:
    """A session with the credentials and the region of this shell."""
    return boto3.Session(region_name=selected_region())


@dataclass(frozen=True, slots=True)
class Account:
    """One account and region, with the caller's credentials."""

    sessions: Sessions

    @classmethod
    def of_caller(cls) -> "Account":
        """The account that the environment variables and profile of the caller select."""
        return cls(cast(Sessions, caller_session()))

    def check(self) -> str:
        """Check region, credentials and bootstrap. Returns `ACCOUNT/REGION`.

        Raises AccountProblem for the first thing that is missing.
        """
        place = self.identify()
        if self._bootstrap_version() < BOOTSTRAP_VERSION:
            raise AccountProblem(
                f"the CDK is not bootstrapped in {place}: run `cdk bootstrap aws://{place}` once"
            )
        return place

    def identify(self) -> str:
        """`ACCOUNT/REGION` of the caller. Raises AccountProblem without region or credentials."""
        region = self.sessions.region_name
        if not region:
            raise AccountProblem("no region is set: export AWS_REGION=eu-central-1")
        try:
            account = self.sessions.client("sts").get_caller_identity()["Account"]
        except (BotoCoreError, ClientError) as error:
            raise AccountProblem(
                f"AWS accepts no credentials of this shell ({error}): export AWS_PROFILE=NAME, or "
                "sign in with `aws sso login`"
            ) from error
        return f"{account}/{region}"

    def sender_is_verified(self, address: str) -> bool:
        """Whether SES has verified the address or its domain."""
        return any(self._is_verified(one) for one in (address, address.rpartition("@")[2]))

    def outputs(self, stack: str) -> dict[str, str]:
        """The outputs of a stack. Raises AccountProblem if it does not exist."""
        found = self.find_outputs(stack)
        if found is None:
            raise AccountProblem(
                f"there is no stack {stack} in this account and region: its name is "
                "OrderWorkflow-ENVIRONMENT"
            )
        return found

    def require_outputs(self, stack: str, *names: str) -> dict[str, str]:
        """The outputs of a stack of this project. Raises AccountProblem for any other, and without
        region or credentials.
        """
        self.identify()
        outputs = self.outputs(stack)
        missing = [name for name in names if name not in outputs]
        if missing:
            raise AccountProblem(
                f"stack {stack} has no output {missing[0]}: name a stack of the order workflow"
            )
        return outputs

    def find_outputs(self, stack: str) -> dict[str, str] | None:
        """The outputs of a stack; None if it does not exist."""
        stacks: CloudFormationClient = self.sessions.client("cloudformation")
        try:
            (found,) = stacks.describe_stacks(StackName=stack)["Stacks"]
        except ClientError as error:
            if error.response["Error"].get("Code") != "ValidationError":
                raise
            return None
        return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}

    def _bootstrap_version(self) -> int:
        parameters = self.sessions.client("ssm")
        try:
            found = parameters.get_parameter(Name=BOOTSTRAP_PARAMETER)
        except parameters.exceptions.ParameterNotFound:
            return 0
        return int(found["Parameter"]["Value"])

    def _is_verified(self, identity: str) -> bool:
        ses: SESV2Client = self.sessions.client("sesv2")
        try:
            return ses.get_email_identity(EmailIdentity=identity)["VerifiedForSendingStatus"]
        except ses.exceptions.NotFoundException:
            return False
