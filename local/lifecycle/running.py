"""Which environment runs here, if any, and cleaning up after one that does not."""

from dataclasses import replace

from local.deployment.users import all_fresh, sign_in
from local.machine.emulator_process import END_SECONDS, answers
from local.machine.folders import Folders
from local.machine.problems import LocalProblem
from local.machine.processes import end
from local.machine.progress import say
from local.machine.state import State, forget, load, save


def find_running(folders: Folders) -> State | None:
    """The environment that is ready for use; None if there is none, or only remains of one."""
    state = load(folders.state_file)
    if state is None or state.phase != "ready" or not state.emulator.runs:
        return None
    return state if answers(state.emulator_url) else None


def require_running(folders: Folders) -> State:
    """The environment that is ready for use. Raises LocalProblem."""
    state = find_running(folders)
    if state is None:
        remains = folders.state_file.exists()
        reason = "only remains of an environment are here" if remains else "none runs here"
        advice = "run `.venv/bin/python -m local up --detach`"
        raise LocalProblem("looking for the environment", reason, advice=advice)
    return state


def with_fresh_tokens(folders: Folders, state: State) -> State:
    """The same environment; tokens that would soon expire are replaced, also in the file."""
    if all_fresh(state.tokens):
        return state
    tokens = sign_in(state.emulator_url, state.outputs, state.passwords)
    renewed = replace(state, tokens=tokens)
    save(renewed, folders.state_file)
    return renewed


def clear_away(folders: Folders) -> bool:
    """End whatever the state file tells of and remove the file; False if there was nothing.

    Raises LocalProblem when a process survives even being killed.
    """
    state = load(folders.state_file)
    if state is None:
        forget(folders.state_file)
        return False
    left = end(state.emulator, patience_seconds=END_SECONDS)
    if left:
        pids = ", ".join(str(process.pid) for process in left)
        log, advice = folders.log("emulator"), f"look at these processes: {pids}"
        raise LocalProblem("taking down", "processes will not end", log=log, advice=advice)
    forget(folders.state_file)
    return True


def clear_away_remains(folders: Folders) -> None:
    """Clear away what a crashed or killed environment left."""
    if folders.state_file.exists():
        say("[yellow]cleaning up after an environment that did not end properly[/]")
        clear_away(folders)
