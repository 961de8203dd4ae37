"""Who may call: a Cognito user pool with the three roles as groups, and scopes for machines."""

from collections.abc import Sequence

from aws_cdk import Aws, Duration
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from stacks.security import accepted_findings as findings
from stacks.security.security_checks import acknowledge
from stacks.settings.deployment_settings import DeploymentSettings
from stacks.settings.removal import data_removal_policy

ROLES = ("customer", "approver", "operator")
RESOURCE_SERVER = "orders"
COMMAND_LINE = "http://localhost:8912/signed-in"
"""Where the command line waits for its sign-in. (RFC 8252, 7.3; Cognito allows http on localhost
and requires a fixed port.)
"""


class Identity(Construct):
    """Users are created by an administrator; their username is their customer id.

    `consoles` are the addresses of the console: each is a redirect URI.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: DeploymentSettings,
        consoles: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        self.user_pool = self._create_user_pool(settings)
        for role in ROLES:
            self.user_pool.add_group(role.capitalize(), group_name=role)
        self._add_scopes()
        self.client = self._create_client(consoles)
        self._machines = settings.machine_clients
        self._domain = self._add_domain(settings)
        self.sign_in_url = settings.sign_in_url or self._domain.base_url()

    @property
    def clients(self) -> list[cognito.IUserPoolClient]:
        """The clients whose access tokens the API accepts: that of people and those of machines."""
        machines = [
            cognito.UserPoolClient.from_user_pool_client_id(self, f"Machine{index}", client)
            for index, client in enumerate(self._machines)
        ]
        return [self.client, *machines]

    @property
    def outputs(self) -> dict[str, str]:
        """Stack outputs."""
        return {
            "UserPoolId": self.user_pool.user_pool_id,
            "UserPoolClientId": self.client.user_pool_client_id,
        }

    @property
    def variables(self) -> dict[str, str]:
        """The API function's variables for sign-in."""
        return {
            "SIGN_IN_URL": self.sign_in_url,
            "USER_POOL_CLIENT_ID": self.client.user_pool_client_id,
        }

    def _create_user_pool(self, settings: DeploymentSettings) -> cognito.UserPool:
        pool = cognito.UserPool(
            self,
            "UserPool",
            user_pool_name=settings.stack_name,
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(username=True),
            sign_in_case_sensitive=False,
            # Enough for the classic sign-in page; the default plan costs more.
            feature_plan=cognito.FeaturePlan.LITE,
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            account_recovery=cognito.AccountRecovery.NONE,
            password_policy=cognito.PasswordPolicy(
                min_length=14,
                require_lowercase=True,
                require_uppercase=True,
                require_digits=True,
                require_symbols=True,
                temp_password_validity=Duration.days(3),
            ),
            deletion_protection=settings.keeps_data,
            removal_policy=data_removal_policy(settings),
        )
        acknowledge(pool, findings.NO_THREAT_PROTECTION)
        acknowledge(pool, findings.OPTIONAL_MFA)
        return pool

    def _add_scopes(self) -> None:
        # For machine clients: a platform team adds each with a secret, and lists it in the setting
        # machine_client_ids. The client for people must never get these scopes: they would give
        # each of its users a role.
        self.user_pool.add_resource_server(
            "Scopes",
            identifier=RESOURCE_SERVER,
            scopes=[
                cognito.ResourceServerScope(
                    scope_name=role, scope_description=f"Act as {role} in the order workflow"
                )
                for role in ROLES
            ],
        )

    def _add_domain(self, settings: DeploymentSettings) -> cognito.UserPoolDomain:
        prefix = f"{settings.stack_name.lower()}-{Aws.ACCOUNT_ID}"
        return self.user_pool.add_domain(
            "Domain", cognito_domain=cognito.CognitoDomainOptions(domain_prefix=prefix)
        )

    def _create_client(self, consoles: Sequence[str]) -> cognito.UserPoolClient:
        """Public client (no secret): code grant with PKCE for people, passwords for admin tools."""
        return self.user_pool.add_client(
            "Client",
            auth_flows=cognito.AuthFlow(admin_user_password=True, user_srp=True),
            generate_secret=False,
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            access_token_validity=Duration.hours(1),
            id_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.days(1),
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.OPENID],
                callback_urls=[*consoles, COMMAND_LINE],
                logout_urls=list(consoles),
            ),
        )
