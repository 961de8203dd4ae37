"""E-mails to the approver, read from the emulator, and their orders."""

from dataclasses import dataclass

from local.data.mailbox import Mail, mails
from local.host.state import State
from local.scenario_runner.scenario import Step
from local.scenario_runner.scenario_run import ScenarioRun
from local.scenario_runner.steps import run_step
from tests.system.environments import APPROVER_EMAIL

_PLACED_AHEAD = 10
"""With more, the deadline of the last ones could pass on a busy machine."""


@dataclass(frozen=True, slots=True)
class ApprovalMail:
    """An e-mail that asks for an approval; `order` is the order's name in the run."""

    run: ScenarioRun
    order: str
    subject: str
    body: str

    @property
    def order_id(self) -> str:
        return self.run.id_of(self.order)

    @property
    def link(self) -> str:
        """The link in the e-mail."""
        [found] = [line for line in self.body.splitlines() if line.startswith("http")]
        return found

    @property
    def view(self) -> str:
        """The part of the link that names a view of the console."""
        return self.link.partition("#/")[2]

    @property
    def code(self) -> str:
        return self.view.removeprefix("approval/")

    def approve(self, *, revision: int = 1) -> None:
        """Approve through the link by HTTP, as the approver."""
        body = {"revision": revision}
        self.run.users.request("approver", "POST", f"/approvals/{self.code}", body)


class ApprovalMails:
    """E-mails about alice's orders for one MUG-RED. Orders are placed ahead of their use, because
    the first e-mail is due some seconds after an order began to wait. Each e-mail is returned once.
    """

    def __init__(self, run: ScenarioRun, state: State, *, needed: int) -> None:
        self._run = run
        self._emulator_url = state.emulator_url
        self._names = [f"approval mail {number + 1}" for number in range(needed)]
        self._placed: list[str] = []

    def next_mail(self) -> ApprovalMail:
        """Return the next e-mail. Fails after the needed ones."""
        while self._names and len(self._placed) < _PLACED_AHEAD:
            self._place(self._names.pop(0))
        order = self._placed.pop(0)
        order_id = self._run.id_of(order)
        self._run.eventually("the e-mail", lambda: bool(self._mails(order_id)))
        mail = self._mails(order_id)[0]
        return ApprovalMail(self._run, order, mail["subject"], mail["body"])

    def close(self, order: str) -> None:
        """Cancel an order that still waits, so that no other test finds it at the desk."""
        if "cancel-order" in self._run.status(order)["allowed_signals"]:
            path = f"/orders/{self._run.id_of(order)}/signals/cancel-order"
            self._run.users.request("operator", "POST", path, {"reason": "the test is over"})
        self._run.wait_for_end(order)

    def _place(self, order: str) -> None:
        run_step(self._run, Step("place", {"order": order, "items": {"MUG-RED": 1}}))
        self._placed.append(order)

    def _mails(self, order_id: str) -> list[Mail]:
        """The e-mails to the approver about an order, oldest first."""
        sent = mails(self._emulator_url)
        return [one for one in sent if order_id in one["subject"] and APPROVER_EMAIL in one["to"]]
