"""SES: one attempt a mail, and no address in any error."""

from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from moto.ses.models import ses_backends

from lambdas.adapters.ses_notifier import SesNotifier
from lambdas.domain.errors import MailRejected, MailUnsettled, NotifierUnavailable, OrderError
from lambdas.domain.mail.rendering import MailTags
from tests.support.faults import answer, fail
from tests.support.raising import raises

SENDER = "orders@example.com"
TAGS = MailTags("01KDVDNH000000000000000001", "mail-confirmation")


@pytest.fixture
def notifier(clients: dict[str, Any]) -> SesNotifier:
    clients["sesv2"].create_email_identity(EmailIdentity=SENDER)
    clients["sesv2"].create_configuration_set(ConfigurationSetName="set")
    return SesNotifier(clients["sesv2"], sender=SENDER, configuration_set="set")


@pytest.fixture
def sent(clients: dict[str, Any]) -> list[Any]:
    """The requests to send an e-mail."""
    requests: list[Any] = []
    clients["sesv2"].meta.events.register(
        "provide-client-params.sesv2.SendEmail", lambda params, **_: requests.append(params)
    )
    return requests


def test_a_mail_goes_from_the_sender_to_the_customer(
    clients: dict[str, Any], notifier: SesNotifier
) -> None:
    notifier.send("alice@example.com", "Subject ü", "Body", "<p>Body</p>", TAGS)

    region = clients["sesv2"].meta.region_name
    [account] = ses_backends.values()
    [mail] = account[region].sent_messages
    assert mail.source == SENDER
    assert mail.destinations["ToAddresses"] == ["alice@example.com"]
    assert (mail.subject, mail.body) == ("Subject ü", "<p>Body</p>")


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("", SENDER),
        ("Orders", f"Orders <{SENDER}>"),
        ('Orders, "EU"', f'"Orders, \\"EU\\"" <{SENDER}>'),
        ("Käfer & Söhne", f"=?utf-8?b?S8OkZmVyICYgU8O2aG5l?= <{SENDER}>"),
    ],
)
def test_the_sender_is_shown_with_its_name(
    clients: dict[str, Any], notifier: SesNotifier, sent: list[Any], name: str, header: str
) -> None:
    help_desk = "help@example.com"
    settings = {"sender": SENDER, "configuration_set": "set", "reply_to": help_desk}
    named = SesNotifier(clients["sesv2"], sender_name=name, **settings)

    named.send("alice@example.com", "Subject", "Body", "<p>Body</p>", TAGS)

    assert (sent[0]["FromEmailAddress"], sent[0]["ReplyToAddresses"]) == (header, [help_desk])


@pytest.mark.parametrize("broken", ["\r\nBcc: eve@example.com", "\n", "\x00", "\x85", "\u2028"])
@pytest.mark.parametrize("part", ["address", "subject"])
def test_no_header_can_be_added_through_an_address_or_a_subject(
    notifier: SesNotifier, sent: list[Any], part: str, broken: str
) -> None:
    mail = {"address": "alice@example.com", "subject": "Subject", "text": "Body", "html": "Body"}

    with raises(MailRejected, "the address or the subject holds a line break or control character"):
        notifier.send(**{**mail, part: mail[part] + broken}, tags=TAGS)

    assert sent == []


def test_a_sender_that_is_not_verified_is_a_permanent_error(clients: dict[str, Any]) -> None:
    with pytest.raises(MailRejected, match="SES refused the mail: MessageRejected"):
        SesNotifier(clients["sesv2"], sender=SENDER, configuration_set="set").send(
            "alice@example.com", "s", "t", "h", TAGS
        )


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("TooManyRequestsException", 400, NotifierUnavailable),
        ("LimitExceededException", 400, NotifierUnavailable),
        ("ThrottlingException", 400, NotifierUnavailable),
        ("Throttling", 400, NotifierUnavailable),
        ("MessageRejected", 400, MailRejected),
        ("AccountSuspendedException", 400, MailRejected),
        ("BadRequestException", 400, MailRejected),
        # A server that failed may have sent the e-mail.
        ("InternalFailure", 500, MailUnsettled),
        ("ThrottlingException", 500, MailUnsettled),
    ],
)
def test_an_error_of_ses_is_named_without_the_address_that_it_quotes(
    clients: dict[str, Any], notifier: SesNotifier, code: str, status: int, error: type[OrderError]
) -> None:
    answer(clients["sesv2"], "SendEmail", code, status, message="alice@example.com is not verified")

    with pytest.raises(error, match=code) as raised:
        notifier.send("alice@example.com", "s", "t", "h", TAGS)

    assert "alice" not in str(raised.value)
    assert raised.value.__suppress_context__


@pytest.mark.parametrize(
    ("failure", "error", "message"),
    [
        (EndpointConnectionError(endpoint_url="s"), NotifierUnavailable, "could not be reached"),
        (ConnectTimeoutError(endpoint_url="s"), NotifierUnavailable, "could not be reached"),
        (ReadTimeoutError(endpoint_url="s"), MailUnsettled, "did not answer"),
    ],
)
def test_only_a_mail_that_certainly_was_not_sent_may_be_sent_again(
    clients: dict[str, Any],
    notifier: SesNotifier,
    failure: Exception,
    error: type[OrderError],
    message: str,
) -> None:
    fail(clients["sesv2"], "SendEmail", failure)

    with pytest.raises(error, match=f"^SES {message}$"):
        notifier.send("alice@example.com", "s", "t", "h", TAGS)


def test_a_mail_has_a_plain_text_and_an_html_part(notifier: SesNotifier, sent: list[Any]) -> None:
    notifier.send("alice@example.com", "s", "plain", "<p>rich</p>", TAGS)

    assert sent[0]["ConfigurationSetName"] == "set"
    assert sent[0]["Content"]["Simple"]["Body"] == {
        "Text": {"Data": "plain", "Charset": "UTF-8"},
        "Html": {"Data": "<p>rich</p>", "Charset": "UTF-8"},
    }


@pytest.mark.parametrize(
    ("code", "error"),
    [("TooManyRequestsException", NotifierUnavailable), ("AccessDeniedException", MailRejected)],
)
def test_an_address_that_cannot_be_looked_up_is_not_named(
    clients: dict[str, Any], notifier: SesNotifier, code: str, error: type[OrderError]
) -> None:
    answer(clients["sesv2"], "GetSuppressedDestination", code, message="alice@example.com")

    with pytest.raises(error, match=code) as raised:
        notifier.suppression("alice@example.com")

    assert "alice" not in str(raised.value)


def test_a_look_up_without_an_answer_may_be_repeated(
    clients: dict[str, Any], notifier: SesNotifier
) -> None:
    fail(clients["sesv2"], "GetSuppressedDestination", ReadTimeoutError(endpoint_url="https://ses"))

    with pytest.raises(NotifierUnavailable, match=r"^SES could not be reached$"):
        notifier.suppression("alice@example.com")


def test_an_address_that_is_not_on_the_list_is_not_suppressed(
    clients: dict[str, Any], notifier: SesNotifier
) -> None:
    answer(clients["sesv2"], "GetSuppressedDestination", "NotFoundException", status=404)

    assert notifier.suppression("alice@example.com") is None
