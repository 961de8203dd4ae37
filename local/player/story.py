"""A story: one TOML file in local/stories, read strictly."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.checks.notation import BadNotation, pattern
from local.player.vocabulary import INVARIANTS, MAILS, ORDER, STAGES, STEPS

FOLDER = Path(__file__).resolve().parents[1] / "stories"


class BadStory(ValueError):
    """The file is no story; the message names it and the first mistake."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens: what, and the fields that it needs."""

    do: str
    fields: Mapping[str, Any]

    @property
    def order(self) -> str:
        return str(self.fields.get("order", ORDER))

    def __str__(self) -> str:
        told = " ".join(f"{value}" for value in self.fields.values())
        return f"{self.do} {told}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """How one order ends: `last_error` None is no error, `items` None is not looked at."""

    stage: str
    path: tuple[str, ...]
    version: str = "v2"
    last_error: str | None = None
    outcomes: tuple[str, ...] = ()
    mail: str = "none"
    items: Mapping[str, int] | None = None
    recommendations: bool | None = None

    def result(self, order_id: str) -> str:
        """The workflow's result in one sentence."""
        return f"Order {order_id} {self.stage} (version {self.version})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """`shows` says in one sentence what it is good for; `alone` that others would feel its
    faults; `proves` names the invariants that it puts to the test (all of them are checked).
    """

    name: str
    title: str
    shows: str
    steps: tuple[Step, ...]
    expect: Mapping[str, Expectation]
    proves: tuple[str, ...]
    alone: bool = False


def all_stories(folder: Path = FOLDER) -> tuple[Story, ...]:
    """Every story, in the order of the file names. Raises BadStory."""
    return tuple(read_story(file) for file in sorted(folder.glob("*.toml")))


def read_story(file: Path) -> Story:
    """Read one file, which is named `NN-<name>.toml`. Raises BadStory."""
    try:
        text = tomllib.loads(file.read_text(encoding="utf-8"))
        story = _story(file.stem.partition("-")[2], text)
    except (TypeError, KeyError, tomllib.TOMLDecodeError, BadNotation) as mistake:
        raise BadStory(f"{file.name}: {mistake}") from mistake
    for problem in _mistakes(story):
        raise BadStory(f"{file.name}: {problem}")
    return story


def _story(name: str, text: Mapping[str, Any]) -> Story:
    steps = tuple(Step(step["do"], _without(step, "do")) for step in text["steps"])
    expect = {order: _expectation(told) for order, told in text["expect"].items()}
    rest = {**text, "proves": tuple(text["proves"]), "steps": steps, "expect": expect}
    return Story(name=name, **rest)


def _expectation(told: Mapping[str, Any]) -> Expectation:
    for entry in told["path"]:
        pattern(entry)
    lists = {name: tuple(told[name]) for name in ("path", "outcomes") if name in told}
    return Expectation(**{**told, **lists})


def _mistakes(story: Story) -> Iterator[str]:
    for step in story.steps:
        yield from _step_mistakes(step)
    placed = {step.order for step in story.steps if step.do == "place"}
    if placed != story.expect.keys():
        yield f"places {sorted(placed)}, but expects something of {sorted(story.expect)}"
    yield from _unknown("invariant", story.proves, INVARIANTS)
    for told in story.expect.values():
        yield from _unknown("end", [told.stage], STAGES)
        yield from _unknown("mail", [told.mail], MAILS)


def _step_mistakes(step: Step) -> Iterator[str]:
    if step.do not in STEPS:
        yield f"there is no step {step.do!r}; known: {', '.join(STEPS)}"
        return
    known = STEPS[step.do]
    missing, extra = known.required - step.fields.keys(), step.fields.keys() - known.required
    if missing:
        yield f"{step.do} needs {', '.join(sorted(missing))}"
    if extra - known.optional:
        yield f"{step.do} knows no {', '.join(sorted(extra - known.optional))}"


def _unknown(what: str, given: Sequence[str], known: Sequence[str]) -> Iterator[str]:
    for one in given:
        if one not in known:
            yield f"there is no {what} {one!r}; known: {', '.join(known)}"


def _without(table: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key != name}
