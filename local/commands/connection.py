"""The commands `mails`, `tokens` and `env`: what users and tests need of a running environment."""

import os
import shlex

from cli.terminal.output import Format, Output
from cli.terminal.text import visible
from local.commands.output import print_json, report_problems
from local.data.mailbox import mails as all_mails
from local.host.folders import Folders
from local.host.progress import print_message
from local.host.state import State, profiles_beside
from local.lifecycle.running import require_running, with_fresh_tokens


def mails(output: Output = Format.TABLE) -> None:
    """Print all sent e-mails, oldest first. No e-mail leaves this machine."""
    with report_problems():
        sent = all_mails(require_running(Folders.default()).emulator_url)
        if output is Format.JSON:
            print_json({"mails": sent})
        elif not sent:
            print_message("no e-mail was sent yet")
        else:
            for mail in sent:
                head = f"To: {', '.join(mail['to'])}\nSubject: {visible(mail['subject'])}"
                body = visible(mail["body"].replace("\r\n", "\n"), keep="\n")
                print(f"{head}\n\n{body}")
                print("-" * 78)


def tokens(output: Output = Format.TABLE) -> None:
    """Print access tokens of the local users. Tokens that expire within ten minutes are replaced.

    Use a token as `Authorization: Bearer TOKEN`.
    """
    folders = Folders.default()
    with report_problems():
        state = with_fresh_tokens(folders, require_running(folders))
        if output is Format.JSON:
            print_json(dict(state.tokens))
        else:
            for name, token in state.tokens.items():
                print(f"{name}={token}")


def env() -> None:
    """Print shell variables: API_URL, EMULATOR_URL, and a token each in CUSTOMER, OTHER_CUSTOMER,
    APPROVER, SECOND_APPROVER and OPERATOR. Use it as `eval "$(.venv/bin/python -m local env)"`.

    Then `orders` uses the customer's token; with `-p approver` or `-p operator`, that token.
    """
    folders = Folders.default()
    with report_problems():
        state = with_fresh_tokens(folders, require_running(folders))
        print(f"export API_URL={shlex.quote(state.api_url)}")
        print(f"export EMULATOR_URL={shlex.quote(state.emulator_url)}")
        for name, token in state.tokens.items():
            print(f"export {name.upper()}={shlex.quote(token)}")
        print(f"export ORDERS_CONFIG={shlex.quote(str(profiles_beside(folders.state_file)))}")
        print("export ORDERS_PROFILE=customer")
        for name in ("NO_PROXY", "no_proxy"):
            print(f"export {name}={shlex.quote(os.environ[name])}")


def print_connection(state: State) -> None:
    """Print the addresses of the environment and the next commands."""
    print(f"\n  API       {state.api_url}")
    print(f"  API docs  {state.api_url}/docs")
    print(f"  console   {state.api_url}/console")
    print(f"  emulator  {state.emulator_url}")
    for name, url in state.service_urls.items():
        print(f"  {name:<9} {url}")
    print('\n  in a shell: eval "$(.venv/bin/python -m local env)", then .venv/bin/orders --help')
    print("  next: `.venv/bin/python -m local status`, `… reset`, `… down`\n")
