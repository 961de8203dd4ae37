"""Read scenarios: TOML files in local/scenarios, validated strictly."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.checks.notation import InvalidNotation, pattern
from local.scenario_runner.schema import EVENTS, INVARIANTS, MAILS, ORDER, STAGES, STEPS

FOLDER = Path(__file__).resolve().parents[1] / "scenarios"


class InvalidScenario(ValueError):
    """The file is not a valid scenario; the message names it and the first mistake."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the action and its fields."""

    do: str
    fields: Mapping[str, Any]

    @property
    def order(self) -> str:
        return str(self.fields.get("order", ORDER))

    def __str__(self) -> str:
        values = " ".join(f"{value}" for value in self.fields.values())
        return f"{self.do} {values}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """The expected end of one order. `last_error` None: no error; `items` None: not checked.
    `ledger` has the states of the effects that are checked.
    """

    stage: str
    path: tuple[str, ...]
    outcome: str = ""
    version: str = "v2"
    last_error: str | None = None
    outcomes: tuple[str, ...] = ()
    mail: str = "none"
    items: Mapping[str, int] | None = None
    ledger: Mapping[str, str] | None = None
    recommendations: bool | None = None

    @property
    def ends_as(self) -> str:
        """The outcome; by default it has the name of the stage."""
        return self.outcome or self.stage

    def result(self, order_id: str) -> str:
        """The workflow's result in one sentence."""
        return f"Order {order_id} {self.ends_as} (version {self.version})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A scenario. `shows` states its purpose in one sentence; `alone` means that its faults affect
    other scenarios; `proves` names the invariants that it targets (all are checked).
    """

    name: str
    title: str
    shows: str
    steps: tuple[Step, ...]
    expect: Mapping[str, Expectation]
    proves: tuple[str, ...]
    alone: bool = False


def read_scenarios(folder: Path = FOLDER) -> tuple[Scenario, ...]:
    """All scenarios, in the order of the file names. Raises InvalidScenario."""
    return tuple(read_scenario(file) for file in sorted(folder.glob("*.toml")))


def read_scenario(file: Path) -> Scenario:
    """Read one file named `NN-<name>.toml`. Raises InvalidScenario."""
    try:
        text = tomllib.loads(file.read_text(encoding="utf-8"))
        scenario = _scenario(file.stem.partition("-")[2], text)
    except (TypeError, KeyError, tomllib.TOMLDecodeError, InvalidNotation) as mistake:
        raise InvalidScenario(f"{file.name}: {mistake}") from mistake
    for problem in _mistakes(scenario):
        raise InvalidScenario(f"{file.name}: {problem}")
    return scenario


def _scenario(name: str, text: Mapping[str, Any]) -> Scenario:
    steps = tuple(Step(step["do"], _without(step, "do")) for step in text["steps"])
    expect = {order: _expectation(fields) for order, fields in text["expect"].items()}
    rest = {**text, "proves": tuple(text["proves"]), "steps": steps, "expect": expect}
    return Scenario(name=name, **rest)


def _expectation(fields: Mapping[str, Any]) -> Expectation:
    for entry in fields["path"]:
        pattern(entry)
    lists = {name: tuple(fields[name]) for name in ("path", "outcomes") if name in fields}
    return Expectation(**{**fields, **lists})


def _mistakes(scenario: Scenario) -> Iterator[str]:
    for step in scenario.steps:
        yield from _step_mistakes(step)
    placed = {step.order for step in scenario.steps if step.do == "place"}
    if placed != scenario.expect.keys():
        yield f"places {sorted(placed)}, but has [expect] sections for {sorted(scenario.expect)}"
    yield from _unknown("invariant", scenario.proves, INVARIANTS)
    for expected in scenario.expect.values():
        yield from _unknown("end", [expected.stage], STAGES)
        yield from _unknown("mail", [expected.mail], MAILS)


def _step_mistakes(step: Step) -> Iterator[str]:
    if step.do not in STEPS:
        yield f"there is no step {step.do!r}; known: {', '.join(STEPS)}"
        return
    known = STEPS[step.do]
    missing, extra = known.required - step.fields.keys(), step.fields.keys() - known.required
    if missing:
        yield f"{step.do} needs {', '.join(sorted(missing))}"
    if extra - known.optional:
        yield f"{step.do} has no field {', '.join(sorted(extra - known.optional))}"
    if "event" in step.fields:
        yield from _unknown("event", [step.fields["event"]], EVENTS)


def _unknown(what: str, given: Sequence[str], known: Sequence[str]) -> Iterator[str]:
    for one in given:
        if one not in known:
            yield f"there is no {what} {one!r}; known: {', '.join(known)}"


def _without(table: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key != name}
