"""`python -m tools.aws deploy` and `destroy`: an environment on AWS, in one command each."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from cli.commands.admin.user_pool import UserPool
from cli.problems import Problem
from cli.terminal.streams import run_program
from stacks.settings.load_settings import DeploymentSettingsError, Environments, read_environments
from tools.aws.account import Account, AccountProblem
from tools.aws.cdk import ROOT, run_cdk
from tools.aws.first_data import Deployment, create_first_users, load_first_data
from tools.predeploy import check_drained

Cdk = Callable[[Sequence[str]], None]
CATALOGUE = ROOT / "local" / "catalogue.toml"


def deploy(
    account: Account,
    options: argparse.Namespace,
    *,
    environments: Environments,
    cdk: Cdk = run_cdk,
    api_url: str = "",
) -> None:
    """Check the account and the open orders, deploy, create the first users and stock, and print
    the console's address.

    Safe to repeat: existing users and units of stock do not change. Raises AccountProblem, Problem.
    """
    target = account.check()
    sender = str(environments.get(options.environment, {}).get("sender_email") or options.email)
    verified = account.sender_is_verified(sender)
    if account.find_outputs(stack_of(options)):
        check_drained(account, stack_of(options))
    print(f"deploying {stack_of(options)} to {target}")
    create = [] if verified else ["-c", "create_sender=yes"]
    context = ["-c", f"environment={options.environment}", "-c", f"sender_email={sender}", *create]
    cdk(["deploy", *context])
    outputs = account.outputs(stack_of(options))
    pool = UserPool(account.sessions.client("cognito-idp"), outputs["UserPoolId"])
    url = api_url or outputs["ApiUrl"]
    new = create_first_users(pool, options.email)
    deployment = Deployment(pool, outputs["UserPoolClientId"], url)
    products = load_first_data(deployment, email=options.email, catalogue=options.catalogue)
    print(f"users created: {', '.join(new) or 'none, they exist'}; products: {products}")
    if new:
        print(f"Cognito sent each new user a first password to {options.email} (valid for 3 days)")
    if not verified:
        print(f"SES sent a link to {sender}: open it, or no e-mail of the workflow is sent")
    print(f"console: {outputs['ApiUrl']}/console")


def destroy(account: Account, options: argparse.Namespace, *, cdk: Cdk = run_cdk) -> None:
    """Delete the stack. Outside dev, tables, users and logs remain. Raises AccountProblem."""
    stack = stack_of(options)
    if options.environment == "production":
        raise AccountProblem(
            "production is not deleted by this command: docs/operations.md has the steps"
        )
    target = account.check()
    account.outputs(stack)
    if options.confirm != stack:
        raise AccountProblem(f"to delete {stack} in {target}, add --confirm {stack}")
    if options.environment != "dev":
        account.sessions.client("cloudformation").update_termination_protection(
            StackName=stack, EnableTerminationProtection=False
        )
        print("tables, user pool and log groups are kept: docs/operations.md says how to use them")
    # The settings are not used, but synthesis refuses a stack without a sender.
    context = ["-c", f"environment={options.environment}", "-c", "sender_email=none@deleted.aws"]
    cdk(["destroy", "--force", *context])


def stack_of(options: argparse.Namespace) -> str:
    """Name of the environment's stack."""
    return f"OrderWorkflow-{options.environment}"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "deploy":
            environments = read_environments(ROOT / "environments.toml")
            deploy(Account.of_caller(), options, environments=environments)
        else:
            destroy(Account.of_caller(), options)
    except Problem as problem:
        print(f"{problem.message}: {problem.advice}", file=sys.stderr)
        return 1
    except (AccountProblem, DeploymentSettingsError, BotoCoreError, ClientError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.aws", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, help_text in (
        ("deploy", "check the account, deploy the stack, create the first users and stock"),
        ("destroy", "delete the stack of an environment; production is refused"),
    ):
        command = commands.add_parser(name, help=help_text, description=help_text)
        environments = ("dev", "staging", "production")
        command.add_argument("--environment", choices=environments, default="dev")
        if name == "deploy":
            command.add_argument(
                "--email", required=True, help="of the first users, and the sender"
            )
            command.add_argument("--catalogue", type=Path, default=CATALOGUE, help="TOML file")
        else:
            command.add_argument("--confirm", default="", help="name of the stack to delete")
    return parser


if __name__ == "__main__":
    run_program(main)
