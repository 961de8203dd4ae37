"""Find the running environment, and clean up after a stopped one."""

from dataclasses import replace

from local.data.users import are_fresh, sign_in
from local.host.folders import Folders
from local.host.problems import LocalProblem
from local.host.processes import end
from local.host.programs import END_SECONDS
from local.host.progress import print_message
from local.host.state import State, delete_state, load, save
from local.lifecycle.emulator_process import is_healthy


def find_running(folders: Folders) -> State | None:
    """The running environment; None without one, or if it crashed."""
    state = load(folders.state_file)
    if state is None or state.phase != "ready" or not state.emulator.runs:
        return None
    return state if is_healthy(state.emulator_url) else None


def require_running(folders: Folders) -> State:
    """The running environment. Raises LocalProblem if there is none."""
    state = find_running(folders)
    if state is None:
        advice = "run `.venv/bin/python -m local up --detach`"
        raise LocalProblem("finding the environment", explain_absence(folders), advice=advice)
    return state


def explain_absence(folders: Folders) -> str:
    """Why no environment is running."""
    if folders.state_file.exists():
        return "no environment is ready: one is starting, or ended without `down`"
    return "no environment is running"


def with_fresh_tokens(folders: Folders, state: State) -> State:
    """Replace tokens that expire soon, also in the state file."""
    if are_fresh(state.tokens):
        return state
    tokens = sign_in(state.emulator_url, state.outputs, state.passwords)
    renewed = replace(state, tokens=tokens)
    save(renewed, folders.state_file)
    return renewed


def remove_environment(folders: Folders) -> bool:
    """End the processes in the state file and remove the file; False without a state file.

    Raises LocalProblem when a process does not end after SIGKILL.
    """
    state = load(folders.state_file)
    if state is None:
        delete_state(folders.state_file)
        return False
    left = [
        survivor
        for process in state.processes
        for survivor in end(process, patience_seconds=END_SECONDS)
    ]
    if left:
        pids = ", ".join(str(process.pid) for process in left)
        log, advice = folders.log("emulator"), f"inspect these processes: {pids}"
        raise LocalProblem("stopping", "processes do not end", log=log, advice=advice)
    delete_state(folders.state_file)
    return True


def remove_crashed_environment(folders: Folders) -> None:
    """Clean up after a crashed or killed environment."""
    if folders.state_file.exists():
        print_message("[yellow]cleaning up after a crashed environment[/]")
        remove_environment(folders)
