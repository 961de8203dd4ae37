"""The state machines that an order is compared with, and how a path of a definition is counted."""

import datetime
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bench.cost.definitions import NotAPath, check_samples, transitions
from bench.cost.peers import _PEERS, Peer, direct_port, peers
from bench.cost.pricing import bill
from tests.support.definition import Walk, load

SAMPLES = peers()[1:]
END = {"Type": "Task", "End": True}
BRANCHES = [{"StartAt": name, "States": {name: END}} for name in ("Left", "Right")]
DEFINITION: dict[str, Any] = {
    "StartAt": "Both",
    "States": {
        "Both": {"Type": "Parallel", "Branches": BRANCHES, "Next": "Decide"},
        "Decide": {"Type": "Choice", "Choices": [{"Next": "Done"}], "Default": "Failed"},
        "Done": {"Type": "Succeed"},
        "Failed": {"Type": "Fail"},
    },
}


def test_the_paths_of_the_peers_have_the_counted_lengths() -> None:
    assert direct_port().transitions == 21
    assert [sample.counts.transitions for sample in SAMPLES] == [5, 8, 3]


def test_the_definition_of_this_project_is_counted_by_the_same_walk() -> None:
    approved = Walk(load(), ["wait", "pay"]).run({"order_id": "O", "epoch": 1, "version": "v2"})

    assert transitions(load(), approved) == len(approved)


@pytest.mark.parametrize("entry", _PEERS["sample"], ids=lambda one: one["name"])
def test_a_sample_names_its_source_and_what_it_leaves_out(entry: dict[str, Any]) -> None:
    assert re.fullmatch(r"[0-9a-f]{40}", entry["commit"])
    assert isinstance(entry["committed"], datetime.date)
    assert entry["committed"] < entry["read"]
    assert entry["leaves_out"]


def test_a_sample_costs_its_transitions_functions_and_writes() -> None:
    saga = bill(SAMPLES[0].counts).parts

    assert saga["transitions"] == 5 * 25.0
    assert saga["writes"] == 5 * 0.625
    assert saga["functions"] > 3 * 0.20


@pytest.mark.parametrize("end", ["Done", "Failed"])
def test_every_state_of_a_path_is_a_transition_also_in_branches(end: str) -> None:
    assert transitions(DEFINITION, ["Both", "Left", "Right", "Decide", end]) == 5


@pytest.mark.parametrize(
    "path",
    [
        ["Decide", "Done"],
        ["Both", "Left", "Decide", "Done"],
        ["Both", "Left", "Right", "Done"],
        ["Both", "Left", "Right", "Decide"],
        ["Both", "Left", "Right", "Decide", "Done", "Failed"],
    ],
)
def test_a_path_that_the_definition_does_not_have_is_refused(path: list[str]) -> None:
    with pytest.raises(NotAPath):
        transitions(DEFINITION, path)


def test_the_number_of_states_in_a_map_is_not_known() -> None:
    definition = {"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": True}}}

    with pytest.raises(NotAPath, match="Map"):
        transitions(definition, ["Each"])


def test_a_sample_is_checked_in_a_clone_at_its_commit(tmp_path: Path) -> None:
    clone = tmp_path / "sample"
    clone.mkdir()
    (clone / "flow.yaml").write_text("StartAt: Only\nStates: {Only: {Type: Succeed}}\n")
    commit = _commit(clone)
    sample = Peer(
        counts=direct_port(),
        states=["Only"],
        leaves_out="",
        source=("a/sample", commit, "flow.yaml"),
    )

    assert list(check_samples([sample], tmp_path)) == [
        f"a/sample {commit[:8]}, flow.yaml: 1 transitions"
    ]


def _commit(folder: Path) -> str:
    """Commit the folder; returns the commit."""

    def git(*words: str) -> str:
        identity = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=0")
        command = ["git", "-C", str(folder), *identity, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "sample")
    return git("rev-parse", "HEAD")
