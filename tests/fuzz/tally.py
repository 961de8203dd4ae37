"""Counts of requests and answers, and the findings."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Counts by (route, caller, status); `findings` hold the first request that showed each."""

    answers: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    findings: dict[str, str] = field(default_factory=dict)
    repeated: Counter[str] = field(default_factory=Counter)

    @property
    def requests(self) -> int:
        return self.answers.total()

    def note(
        self, label: str, caller: str, status: int, wrong: Iterable[str], request: str
    ) -> list[str]:
        """Count an answer and record its problems; returns them."""
        self.answers[label, caller, status] += 1
        found = [f"{label} by {caller}: {one}" for one in wrong]
        for finding in found:
            self.findings.setdefault(finding, request)
            self.repeated[finding] += 1
        return found

    def statuses(self) -> Iterator[tuple[str, str, dict[int, int]]]:
        """By route and caller: how often which status was answered."""
        for label, caller in dict.fromkeys((la, ca) for la, ca, _ in self.answers):
            counts = {
                status: count
                for (la, ca, status), count in sorted(self.answers.items())
                if (la, ca) == (label, caller)
            }
            yield label, caller, counts

    def report(self) -> str:
        """The findings as text: each with how often it was seen and its first request."""
        return "\n".join(
            f"{finding} (seen {self.repeated[finding]} times)\n  {request}"
            for finding, request in self.findings.items()
        )
