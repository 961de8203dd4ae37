"""The report of the processes that a run ended: of single tests, or of an interrupted run."""

from tests.support.leftovers import describe_leftovers

COMMANDS = ["/usr/bin/python -m local.emulator", "sleep 600", "python -m x", ""]


def test_a_test_that_leaves_a_process_behind_has_a_line_for_each() -> None:
    lines = describe_leftovers(COMMANDS, interrupted=False)

    assert len(lines) == len(COMMANDS)
    assert lines[1] == "ended a process that a test left behind: sleep 600"


def test_an_interrupted_run_counts_them_in_one_line() -> None:
    said = "ended the processes of interrupted tests: 2 python, 1 sleep, 1 unknown"

    assert describe_leftovers(COMMANDS, interrupted=True) == [said]
    assert describe_leftovers([], interrupted=True) == []
