"""Clock that reads the system time."""

import time


class SystemClock:
    """The real clock."""

    def now(self) -> int:
        return time.time_ns() // 1_000_000

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
