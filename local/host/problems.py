"""Problems of local commands: the phase, the reason, the end of the log, and advice."""

from pathlib import Path

SHOWN_LINES = 15


class LocalProblem(Exception):
    """A phase failed. `log` is the log file of the phase, `advice` says what to do."""

    def __init__(self, phase: str, reason: str, *, log: Path | None = None, advice: str) -> None:
        super().__init__(f"{phase}: {reason}")
        self.phase = phase
        self.reason = reason
        self.log = log
        self.advice = advice

    def text(self) -> str:
        """The whole report as text."""
        lines = [f"{self.phase} failed: {self.reason}"]
        if self.log is not None and self.log.exists():
            shown = last_lines(self.log)
            title = f"last lines of {self.log}:" if shown else f"{self.log} is empty"
            lines += ["", title, *(f"  {line}" for line in shown)]
        return "\n".join([*lines, "", f"what to do: {self.advice}"])


def last_lines(log: Path, count: int = SHOWN_LINES) -> list[str]:
    """The end of a log file, without empty lines."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line for line in lines if line.strip()][-count:]
