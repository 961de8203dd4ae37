"""Commands that ask before they change something."""

from io import StringIO

import pytest

from lambdas.domain.record.stages import Stage
from tests.cli.terminal import Terminal
from tests.support.world import TOKEN, World

ALICES = "--filter customer=alice"


@pytest.mark.parametrize("typed", ["", "n\n", "\n"])
@pytest.mark.parametrize(
    ("command", "who", "said"),
    [
        ("approve OPEN", "approver", "nothing was approved"),
        ("compensate OPEN", "operator", "nothing was done"),
        ("abort OPEN", "operator", "nothing was done"),
        ("resend ENDED", "operator", "nothing was sent"),
        (f"batch cancel -r x {ALICES}", "operator", "nothing was cancelled"),
        (f"batch compensate {ALICES}", "operator", "nothing was"),
        (f"batch resume {ALICES}", "operator", "nothing was"),
        (f"batch resend {ALICES} -o json", "operator", "nothing was"),
    ],
)
def test_nothing_is_changed_without_a_yes(
    terminal: Terminal,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    who: str,
    said: str,
    typed: str,
) -> None:
    placed, ended = world.place(wait_token=TOKEN), world.place(Stage.COMPLETED)
    line = command.replace("OPEN", placed.order_id).replace("ENDED", ended.order_id)
    monkeypatch.setattr("sys.stdin", StringIO(typed))

    ran = terminal.run(*line.split(), who=who)

    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err
    assert "`--yes`" in ran.err
    assert [one for one in terminal.wire.sent if one.method != "GET"] == []
    assert (world.now(placed), world.now(ended)) == (placed, ended)


def test_an_unanswered_question_ends_its_line(
    terminal: Terminal, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(""))

    ran = terminal.run("approve", world.place(wait_token=TOKEN).order_id, who="approver")

    assert "[y/N]: \n✗ nothing was approved" in ran.err
