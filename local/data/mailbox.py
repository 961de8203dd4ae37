"""Read the sent e-mails. The emulator stores them; no e-mail leaves this machine."""

from typing import TypedDict

import httpx

from local.host.waiting import STALL_SECONDS


class Mail(TypedDict):
    """One e-mail that SES accepted; `at` is in epoch seconds."""

    at: float
    to: list[str]
    subject: str
    body: str


def mails(emulator_url: str) -> list[Mail]:
    """All sent e-mails, the oldest first."""
    url = f"{emulator_url}/_ministack/ses/messages"
    response = httpx.get(url, timeout=STALL_SECONDS, trust_env=False)
    boxes = response.raise_for_status().json()["messages"]
    found = (
        Mail(at=one["Timestamp"], to=one["To"], subject=one["Subject"], body=one["BodyText"])
        for box in boxes.values()
        for one in box
    )
    return sorted(found, key=lambda mail: mail["at"])
