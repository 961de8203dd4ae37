"""Missing roles: reported once, before any question, with a profile that has the role."""

import json
from pathlib import Path

import pytest

from lambdas.domain.record.stages import Stage
from tests.cli.sign_in.test_profiles import profiles
from tests.cli.terminal import URL, Terminal
from tests.support.world import TOKEN, World

ALICES = "--filter customer=alice"


@pytest.mark.parametrize(
    ("command", "needed"),
    [
        ("approve ID", "You need the role approver to approve an order's payment"),
        ("compensate ID", "You need the role operator to stop or compensate orders"),
        ("abort ID", "You need the role operator to stop or compensate orders"),
        *(
            (f"batch {name} {ALICES}", "role operator")
            for name in ("compensate", "resume", "resend")
        ),
    ],
)
def test_a_missing_role_is_reported_before_the_question(
    terminal: Terminal, world: World, command: str, needed: str
) -> None:
    order_id = world.place(wait_token=TOKEN).order_id
    ran = terminal.run(*command.replace("ID", order_id).split())

    assert ran.code == 1
    assert needed in ran.err
    assert "?" not in ran.err
    assert terminal.wire.sent == []


def test_a_dry_run_is_refused_like_the_real_run(terminal: Terminal, world: World) -> None:
    order = world.place()
    cancel = ("batch", "cancel", "-r", "x", "--filter", "customer=alice")

    dry, real = (terminal.run(*cancel, how, who="approver") for how in ("--dry-run", "-y"))

    assert (dry.code, dry.out) == (real.code, real.out) == (1, "")
    assert "You need the role customer or operator to cancel orders" in dry.err
    assert world.now(order).inbox == ()


def test_a_customer_can_cancel_own_orders_in_a_batch(terminal: Terminal, world: World) -> None:
    order = world.place()
    world.place(customer_id="bob", requested_by="bob")
    cancel = ("batch", "cancel", "-r", "x", "--filter", "stage=awaiting-approval")

    dry, real = (terminal.run(*cancel, how) for how in ("--dry-run", "-y"))

    assert (dry.code, dry.out.split()) == (0, [order.order_id])
    assert (real.code, real.out) == (0, "1 of 1 accepted\n")


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_existing_files_do_not_replace_the_permission_check(
    terminal: Terminal, world: World, tmp_path: Path, dry: tuple[str, ...]
) -> None:
    world.place(Stage.COMPLETED)
    export = ("export", str(tmp_path / "h"))
    terminal.run(*export, who="operator")

    ran = terminal.run(*export, *dry)

    assert (ran.code, ran.out) == (1, "")
    assert "You need the role operator" in ran.err
    assert "written" not in ran.err


def test_a_missing_role_is_reported_once(terminal: Terminal) -> None:
    ran = terminal.run("versions")

    assert ran.err.lower().count("sign in with a role that allows it") == 1
    assert "You need the role operator" in ran.err


@pytest.mark.parametrize(
    ("command", "advice"),
    [
        (("versions",), "→ try `-p operator`\n"),
        (("approve", "ID", "-y"), "→ try `-p approver`\n"),
        (("place", "-i", "MUG-RED", "--customer", "bob"), "→ try `-p operator`\n"),
    ],
)
def test_a_signed_in_profile_with_the_role_is_named(
    terminal: Terminal, world: World, command: tuple[str, ...], advice: str
) -> None:
    profiles(terminal, "alice", "approver", "operator")
    order = world.place()

    ran = terminal.run(*(order.order_id if one == "ID" else one for one in command))

    assert ran.code == 1
    assert advice in ran.err


def test_a_profile_of_another_api_is_not_named(terminal: Terminal) -> None:
    profiles(terminal, "operator", api_url="https://elsewhere.example.com")

    assert "-p operator" not in terminal.run("versions").err


def test_a_profile_whose_token_cannot_be_read_has_no_role(terminal: Terminal) -> None:
    kept = {
        "broken": {"api_url": URL, "token": "a.bb.c"},
        "odd": {"api_url": URL, "token": "a.W10.c"},
    }
    terminal.config.write_text(json.dumps(kept))

    assert terminal.run("versions").code == 1
    assert terminal.run("profiles").code == 0
