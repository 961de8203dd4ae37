"""Operators on a state's function, timeouts, input and output."""

from collections.abc import Iterator

from tests.mutation.edits import Change, Json, put, remove

_TOKEN = ".waitForTaskToken"  # the end of a resource's name


def tasks(state: Json) -> Iterator[Change]:
    """Another function, wait or no wait, other timeouts, other input, the opposite end."""
    if state["Type"] in ("Succeed", "Fail"):
        yield "ends the opposite way", _end_otherwise
    yield from _pauses(state)
    if state["Type"] != "Task":
        return
    other = "ReleaseStock" if "Release" not in state["Parameters"]["FunctionName"] else "CloseOrder"
    yield f"calls {other}", put("Parameters", "FunctionName", value=f"${{{other}}}")
    yield "Resource swapped", _swap_resource
    for field in ("TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSecondsPath"):
        if field in state:
            yield f"{field} dropped", remove(field)
    if "TimeoutSeconds" in state:
        yield "TimeoutSeconds 3000", put("TimeoutSeconds", value=3000)
    if "HeartbeatSecondsPath" in state:
        yield "tick and deadline swapped", _swap_times
    yield from _input(state["Parameters"])


def _pauses(state: Json) -> Iterator[Change]:
    """Wait states, and the Pass states that set their duration."""
    if state["Type"] == "Wait":
        yield "pauses for the number of its epoch", put("SecondsPath", value="$.epoch")
    if state["Type"] == "Pass":
        for part in ("Result", "Parameters"):
            for name in state.get(part, ()):
                yield f"{part} without {name}", remove(part, name)


def _input(parameters: Json) -> Iterator[Change]:
    yield "Payload dropped", remove("Parameters", "Payload")
    yield "task is the epoch only", put("Parameters", "Payload", "task.$", value="$.epoch")
    for name in parameters["Payload"]:
        yield f"Payload without {name}", remove("Parameters", "Payload", name)


def paths(state: Json) -> Iterator[Change]:
    """ResultSelector without a part, ResultPath elsewhere, no OutputPath."""
    for name in state.get("ResultSelector", ()):
        yield f"ResultSelector without {name}", remove("ResultSelector", name)
    if "ResultSelector" in state:
        yield "ResultSelector dropped", remove("ResultSelector")
    if "ResultPath" in state:
        for path in (None, "$", "$.other"):
            if path != state["ResultPath"]:
                yield f"ResultPath {path}", put("ResultPath", value=path)
        yield "ResultPath dropped", remove("ResultPath")
    if "OutputPath" in state:
        yield "OutputPath dropped", remove("OutputPath")


def branches(scope: Json) -> Iterator[Change]:
    """A Parallel state without one of its branches."""
    for name, state in scope["States"].items():
        for index in range(len(state.get("Branches", ()))):
            yield f"{name}: branch {index} dropped", remove("States", name, "Branches", index)


def _end_otherwise(state: Json) -> None:
    if state["Type"] == "Fail":
        state.update(Type="Succeed")
        del state["Error"], state["Cause"]
    else:
        state.update(Type="Fail", Error="Other", Cause="other")


def _swap_resource(state: Json) -> None:
    resource: str = state["Resource"]
    state["Resource"] = (
        resource.removesuffix(_TOKEN) if resource.endswith(_TOKEN) else resource + _TOKEN
    )


def _swap_times(state: Json) -> None:
    tick, limit = state["HeartbeatSecondsPath"], state["TimeoutSecondsPath"]
    state.update(HeartbeatSecondsPath=limit, TimeoutSecondsPath=tick)
