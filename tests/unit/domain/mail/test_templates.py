"""The texts that people read, word by word."""

import re
import sys
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from string import Template
from typing import Any

import pytest

from lambdas.domain.free_text import blank_out
from lambdas.domain.mail import templates
from lambdas.domain.mail.reasons import reason
from lambdas.domain.mail.reminders import APPROVAL_MAILS
from lambdas.domain.mail.rendering import Message, _file, languages, phrase
from lambdas.domain.mail.templates import approval_mail, cancellation_mail, confirmation_mail
from lambdas.domain.record.outcomes import _CAUSES, TECHNICAL_REASON, cause_of
from lambdas.domain.record.stages import Stage
from tests.support.builders import a_line, an_order

LINES = (a_line(), a_line("MUG-RED", 1, 805))
CATEGORIES = {unicodedata.category(one): one for one in map(chr, range(sys.maxunicode, -1, -1))}
"""The first character of every general category of Unicode."""


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose clock does not show UTC."""
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


def test_the_confirmation_lists_lines_and_total() -> None:
    lines = (a_line(quantity=3), a_line("X", 1, 5))
    order = an_order(Stage.COMPLETED, order_id="O1", items=lines, currency="KWD")

    assert confirmation_mail(order)[:2] == (
        "Your order O1 is confirmed",
        "Thank you for your order O1.\n\n"
        "  3 x COFFEE-1KG at 1.250 KWD\n  1 x X at 0.005 KWD\n\n"
        "Total charged: 3.755 KWD\n",
    )


def test_the_customer_of_a_cancelled_order_reads_that_nothing_is_owed() -> None:
    order = an_order(Stage.CANCELLED, order_id="O1", last_error="approval timeout")

    assert cancellation_mail(order)[:2] == (
        "Your order O1 was cancelled",
        "Your order O1 was not completed.\n\n"
        "The order was not approved in time.\n\n"
        "If you were charged, you will be refunded in full.\n",
    )


@pytest.mark.parametrize(
    ("last_error", "sentence"),
    [
        ("cancelled: changed my mind", "The order was cancelled: changed my mind"),
        ("cancelled: a: b", "The order was cancelled: a: b"),
        ("cancelled: no reason given", "The order was cancelled: no reason given"),
        ("declined: over budget", "The order was declined: over budget"),
        ("declined: {words} {0}", "The order was declined: {words} {0}"),
        ("approval timeout", "The order was not approved in time."),
        ("PaymentDeclined: insufficient funds", "The payment was declined."),
        ("InsufficientStock: insufficient stock: RARE-1", "An item of the order is out of stock."),
        ("compensated by an operator", "The order was stopped by our staff."),
        ("CustomerUnknown: there is no customer", "The customer is not registered."),
        ("PaymentMismatch: the provider captured 1", TECHNICAL_REASON),
        ("ProviderUnavailable: try later", TECHNICAL_REASON),
        ("LedgerMismatch: captured 900 of 1000", TECHNICAL_REASON),
        ("the execution stopped", TECHNICAL_REASON),
        ("States.Timeout", TECHNICAL_REASON),
        ("", TECHNICAL_REASON),
    ],
)
@pytest.mark.parametrize("stage", [Stage.COMPENSATING, Stage.CANCELLED, Stage.FAILED])
def test_every_end_has_one_sentence_without_the_name_of_an_error(
    stage: Stage, last_error: str, sentence: str
) -> None:
    order = an_order(stage, last_error=last_error)

    assert reason(order) == sentence
    assert f"\n\n{sentence}\n\n" in cancellation_mail(order)[1]


def test_a_customer_without_a_recorded_reason_reads_the_general_one() -> None:
    order = an_order(Stage.FAILED, last_error=None)

    assert reason(order) is None
    assert TECHNICAL_REASON in cancellation_mail(order)[1]
    for stage in set(Stage) - {Stage.COMPENSATING, Stage.CANCELLED, Stage.FAILED}:
        assert reason(an_order(stage, last_error="PaymentDeclined: no")) is None, stage


@pytest.mark.parametrize(("number", "again"), [(0, ""), (1, " (reminder 1)"), (2, " (reminder 2)")])
def test_the_approver_reads_what_to_decide_and_what_the_link_does(
    in_tokyo: None, number: int, again: str
) -> None:
    order = an_order(order_id="O1", items=LINES, currency="JPY")

    assert approval_mail(order, APPROVAL_MAILS[number], "https://x/1")[:2] == (
        f"Order O1 waits for your approval{again}",
        "Order O1 of customer alice waits for your approval.\n\n"
        "  2 x COFFEE-1KG at 1250 JPY\n"
        "  1 x MUG-RED at 805 JPY\n\n"
        "Total: 3305 JPY (revision 1)\n"
        "Decide by 2026-01-01 00:15:00 UTC, or the order is cancelled.\n\n"
        "View the order and decide:\nhttps://x/1\n\n"
        "Opening the link changes nothing.\n"
        "Approving requires signing in, and works once.\n"
        "Do not forward this e-mail. Anyone with the link can view the order.\n",
    )


def test_all_general_categories_are_tried() -> None:
    assert len(CATEGORIES) == 30


@pytest.mark.parametrize("category", sorted(CATEGORIES))
def test_no_stored_character_leaves_its_line_or_changes_how_others_are_shown(
    category: str,
) -> None:
    kept = blank_out(CATEGORIES[category])
    stored = f"a{CATEGORIES[category]}b"
    cancelled = an_order(Stage.CANCELLED, order_id=stored, last_error=f"cancelled: {stored}")
    waiting = an_order(order_id=stored, customer_id=stored, items=(a_line(stored),))

    mails = [
        cancellation_mail(cancelled),
        confirmation_mail(waiting),
        approval_mail(waiting, APPROVAL_MAILS[0], "x"),
    ]

    assert f"\n\nThe order was cancelled: a{kept}b\n\n" in mails[0][1]
    assert f"Order a{kept}b of customer a{kept}b waits" in mails[2][1]
    assert f"  2 x a{kept}b at " in mails[1][1]
    assert [mail.text.count("\n") for mail in mails] == [5, 5, 13]
    for subject, _, _ in mails:
        assert f"rder a{kept}b " in subject


HOSTILE = '<a href="https://evil.example">x</a> & $order_id ${name} www.evil.example a@evil.example'


def every_mail(stored: str, language: str) -> list[Message]:
    cancelled = an_order(Stage.CANCELLED, order_id="O1", last_error=f"cancelled: {stored}")
    declined = replace(cancelled, last_error=f"declined: {stored}")
    waiting = an_order(order_id="O1", customer_id=stored, items=(a_line("<b>$name"),))
    return [
        cancellation_mail(cancelled, language, stored),
        cancellation_mail(declined, language, stored),
        confirmation_mail(waiting, language, stored),
        *(approval_mail(waiting, mail, "https://x/1?a&b") for mail in APPROVAL_MAILS),
    ]


@pytest.mark.parametrize("language", sorted(languages()))
def test_hostile_text_is_neither_markup_nor_a_placeholder_nor_a_link(language: str) -> None:
    plain, hostile = every_mail("x", language), every_mail(HOSTILE, language)

    for harmless, mail in zip(plain, hostile, strict=True):
        assert mail.subject == harmless.subject
        assert mail.html.count("<") == harmless.html.count("<")
        assert "<b>" not in mail.html
        for text in mail:
            assert not re.search(r"://evil|evil\.example|a@", text)
    assert "&lt;a href=&quot;https[:]//evil[.]example&quot;&gt;" in hostile[0].html
    assert "$order_id ${name} www[.]evil[.]example a[@]evil[.]example" in hostile[0].text
    assert '<a href="https://x/1?a&amp;b">' in hostile[-1].html


def test_the_customers_name_is_a_value_of_both_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The texts that are delivered do not use it."""
    monkeypatch.setattr(templates, "render", lambda _name, _language, values, *_: values)

    mails: tuple[Any, ...] = (confirmation_mail, cancellation_mail)

    for mail in mails:
        assert mail(an_order(Stage.FAILED), name="alice.example")["name"] == "alice[.]example"
        assert mail(an_order(Stage.FAILED))["name"] == ""


@pytest.mark.parametrize("language", sorted(languages()))
def test_both_forms_of_an_e_mail_have_the_same_facts(language: str) -> None:
    for name in ("confirmation", "cancellation", "approval"):
        text, html = (
            {*Template(_file(language, f"{name}.{form}")).get_identifiers()}
            for form in ("txt", "html")
        )

        assert text - {"reminder"} == html


def test_a_customer_reads_the_language_of_the_profile() -> None:
    confirmed = an_order(Stage.COMPLETED, order_id="O1", items=(a_line(quantity=3),))
    expired = an_order(Stage.CANCELLED, order_id="O1", last_error="approval timeout")

    assert confirmation_mail(confirmed, "de-AT")[:2] == (
        "Ihre Bestellung O1 ist bestätigt",
        "Vielen Dank für Ihre Bestellung O1.\n\n"
        "  3 x COFFEE-1KG zu je 12.50 EUR\n\n"
        "Bezahlter Betrag: 37.50 EUR\n",
    )
    assert "nicht rechtzeitig freigegeben" in cancellation_mail(expired, "de").text


@pytest.mark.parametrize("language", ["fr", "", "..", "../en", "de/../en"])
def test_another_language_is_english(language: str) -> None:
    order = an_order(Stage.COMPLETED, items=LINES)

    assert confirmation_mail(order, language) == confirmation_mail(order)


def test_every_reason_has_a_german_sentence() -> None:
    codes = {cause.code for cause in (*_CAUSES.values(), cause_of("unknown"))}

    assert {code for code in codes if phrase(code, "de", {"words": ""}) is None} == set()


def test_the_shown_sentence_keeps_joined_emoji_abbreviations_and_amounts() -> None:
    words = "\U0001f469\u200d\U0001f4bb e.g. 3.50 EUR were too much, i.e. more than 1.000. Thanks."
    order = an_order(Stage.CANCELLED, last_error=f"cancelled: {words}")

    assert f"cancelled: {words}\n" in cancellation_mail(order).text
