"""Run scenarios: concurrently if they do not affect each other, else one by one."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from local.checks.invariants import stock_is_accounted_for, unchanged_ends, violations
from local.checks.records import Books, Record, Witness
from local.host.state import State
from local.scenario_runner.backend import Backstage
from local.scenario_runner.result import Verdict, judge
from local.scenario_runner.scenario import Story
from local.scenario_runner.scenario_run import Scene, StoryFailed
from local.scenario_runner.steps import take
from local.scenario_runner.users import Refused, Users

Watcher = Callable[[str, str], None]
"""Called with (scenario, current step) on every change."""

_FAILURES = (StoryFailed, Refused, httpx.HTTPError, ClientError, BotoCoreError)


@dataclass(frozen=True, slots=True)
class Result:
    """The results in the order of the scenarios; `violations` are those of all tables."""

    verdicts: tuple[Verdict, ...]
    violations: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.violations and all(verdict.passed for verdict in self.verdicts)


class Performance:
    """Runs scenarios on one deployment, `jobs` of them concurrently."""

    def __init__(self, state: State, *, jobs: int, watcher: Watcher) -> None:
        self._state = state
        self._jobs = jobs
        self._watcher = watcher
        self._backstage = Backstage(state)
        self._stopped = threading.Event()
        self._ends: list[Record] = []
        self._witnesses: dict[str, Witness] = {}

    def play(self, stories: Sequence[Story]) -> Result:
        """Run all scenarios, then check the invariants of all tables."""
        verdicts = self._play_together([story for story in stories if not story.alone])
        verdicts |= {story.name: self._play(story) for story in stories if story.alone}
        return Result(tuple(verdicts[story.name] for story in stories), self._whole())

    def _play_together(self, stories: Sequence[Story]) -> dict[str, Verdict]:
        pool = ThreadPoolExecutor(max_workers=self._jobs)
        try:
            playing = {story.name: pool.submit(self._play, story) for story in stories}
            return {name: future.result() for name, future in playing.items()}
        except BaseException:
            self._stopped.set()
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def _play(self, story: Story) -> Verdict:
        users = Users(self._state.api_url, self._state.tokens)
        scene = Scene(users, self._backstage, stopped=self._stopped)
        verdict = Verdict(story=story.name)
        began = time.monotonic()
        try:
            self._perform(story, scene, verdict)
        finally:
            if story.alone:
                self._backstage.clear_faults()
            users.close()
        verdict.seconds = time.monotonic() - began
        self._watcher(story.name, "done")
        return verdict

    def _perform(self, story: Story, scene: Scene, verdict: Verdict) -> None:
        doing = "start"
        try:
            for number, step in enumerate(story.steps, start=1):
                doing = f"step {number} ({step})"
                self._watcher(story.name, str(step))
                take(scene, step)
            for order, expected in story.expect.items():
                doing = f"the end of {order}"
                self._watcher(story.name, "wait for the end")
                scene.wait_for_end(order)
                judge(verdict, scene, order, expected)
        except _FAILURES as failure:
            verdict.differences.append(f"{doing}: {failure}")
        self._check(scene, verdict)

    def _check(self, scene: Scene, verdict: Verdict) -> None:
        """Check the invariants of the scenario's orders."""
        for witness in scene.orders.values():
            witness.answers = scene.users.heard
            books = self._backstage.books_of(witness.order_id)
            verdict.violations += violations(books, {witness.order_id: witness})
            self._ends += books.orders
            self._witnesses[witness.order_id] = witness

    def _whole(self) -> tuple[str, ...]:
        """Check the invariants of all tables, after the last scenario has ended."""
        books: Books = self._backstage.all_books()
        found = violations(books, self._witnesses)
        found += [f"stock: {wrong}" for wrong in stock_is_accounted_for(books)]
        return (*found, *unchanged_ends(self._ends, books))
