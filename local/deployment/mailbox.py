"""Read the sent e-mails. The emulator stores them; no e-mail leaves this machine."""

from typing import TypedDict

import httpx

_SECONDS = 10


class Mail(TypedDict):
    """One e-mail that SES accepted; `at` is in epoch seconds."""

    at: float
    to: list[str]
    subject: str
    body: str


def mails(emulator_url: str) -> list[Mail]:
    """All sent e-mails, the oldest first."""
    answer = httpx.get(f"{emulator_url}/_ministack/ses/messages", timeout=_SECONDS, trust_env=False)
    boxes = answer.raise_for_status().json()["messages"]
    found = (
        Mail(at=one["Timestamp"], to=one["To"], subject=one["Subject"], body=one["BodyText"])
        for box in boxes.values()
        for one in box
    )
    return sorted(found, key=lambda mail: mail["at"])
