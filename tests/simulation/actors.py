"""Actors: calls in flight that pause wherever they meet the outside world.

Ordinary code cannot be suspended, so each call in flight has a thread; but there is one baton, and
only its holder runs. Who gets it next is the agenda's decision alone.
"""

from collections.abc import Callable
from threading import Lock, Thread

from tests.simulation.agenda import Agenda


class Crashed(BaseException):
    """The process of an actor dies here: no `except Exception` may survive it."""


class Actor:
    """A call in flight. `on_end` gets what it raised, or None; nobody hears of one that crashed
    unless it says so by `Crashed`.
    """

    def __init__(
        self,
        agenda: Agenda,
        name: str,
        body: Callable[["Actor"], None],
        on_end: Callable[[BaseException | None], None],
    ) -> None:
        self.name = name
        self._agenda = agenda
        self._body = body
        self.on_end = on_end
        self._thread: _Thread | None = None
        self._killed = False
        self.ended = False
        self.raised: BaseException | None = None

    def run(self) -> None:
        """Go on until the next pause or the end; called by the agenda only."""
        if self.ended:
            return
        if self._thread is None:
            self._thread = _Thread.borrow()
            self._thread.actor = self
        self._thread.take_baton()
        if self._has_ended():
            self._thread.give_back()
            self.on_end(self.raised)

    def pause(self, milliseconds: int) -> None:
        """Let time pass, and others act; called by the actor itself only."""
        if self._agenda.pass_quietly(milliseconds):
            return
        self._agenda.after(milliseconds, self.run)
        assert self._thread is not None
        self._thread.pass_baton()
        if self._killed:
            raise Crashed

    def kill(self) -> None:
        """End it where it pauses; only for the end of a simulation."""
        self._killed = True
        self.on_end = lambda raised: None
        self.run()

    def _has_ended(self) -> bool:
        return self.ended

    def work(self) -> None:
        """The whole call, on the actor's own thread."""
        try:
            self._body(self)
        except BaseException as error:  # noqa: BLE001  # handed to `on_end`
            self.raised = error
        self.ended = True


class _Thread:
    """A thread that actors borrow one after the other."""

    _idle: list["_Thread"] = []  # noqa: RUF012  # shared by all simulations of the process

    def __init__(self) -> None:
        self.actor: Actor | None = None
        self._go, self._back = Lock(), Lock()
        self._go.acquire()
        self._back.acquire()
        Thread(target=self._serve, daemon=True).start()

    @classmethod
    def borrow(cls) -> "_Thread":
        return cls._idle.pop() if cls._idle else cls()

    def give_back(self) -> None:
        self.actor = None
        self._idle.append(self)

    def take_baton(self) -> None:
        """Let this thread run, and wait until it pauses or its actor ends."""
        self._go.release()
        self._back.acquire()

    def pass_baton(self) -> None:
        """Called on this thread: let the agenda go on, and wait to be let run again."""
        self._back.release()
        self._go.acquire()

    def _serve(self) -> None:
        while True:
            self._go.acquire()
            assert self.actor is not None
            self.actor.work()
            self._back.release()
