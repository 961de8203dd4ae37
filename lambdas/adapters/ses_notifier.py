"""Notifier on Amazon SES. SES has no idempotency key, so the SDK does not retry a send.

SES accepts an e-mail to a suppressed address and drops it: only its suppression list shows that.
(SES developer guide, "Using the Amazon SES account-level suppression list")
"""

import unicodedata
from email.utils import formataddr
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from lambdas.adapters.aws_clients import THROTTLED, error_code
from lambdas.domain.errors import MailRejected, MailUnsettled, NotifierUnavailable

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

    from lambdas.domain.mail.rendering import MailTags

_LINE_BREAKS = frozenset({"Cc", "Zl", "Zp"})
"""Unicode categories that a header must not contain: a line break could add another header."""
_SERVER_ERROR = 500
"""From this HTTP status on, SES may have accepted the e-mail before it failed."""


class SesNotifier:
    """Sends e-mails in plain text and HTML from one verified sender, shown with its name; answers
    go to `reply_to`, or to the sender.
    """

    def __init__(
        self,
        client: "SESV2Client",
        *,
        sender: str,
        configuration_set: str,
        sender_name: str = "",
        reply_to: str = "",
    ) -> None:
        self._client = client
        self._sender = formataddr((sender_name, sender))
        self._reply_to = [reply_to] if reply_to else []
        self._configuration_set = configuration_set

    def suppression(self, address: str) -> str | None:
        try:
            found = self._client.get_suppressed_destination(EmailAddress=address)
        except ClientError as error:
            code = error_code(error)
            if code == "NotFoundException":
                return None
            if code in THROTTLED:
                raise NotifierUnavailable(f"SES answered {code}") from None
            raise MailRejected(f"SES refused to look the address up: {code}") from None
        except (ConnectionError, HTTPClientError):
            raise NotifierUnavailable("SES could not be reached") from None
        return found["SuppressedDestination"]["Reason"].lower()

    def send(self, address: str, subject: str, text: str, html: str, tags: "MailTags") -> None:
        if any(unicodedata.category(one) in _LINE_BREAKS for one in address + subject):
            raise MailRejected("the address or the subject holds a line break or control character")
        try:
            self._client.send_email(
                FromEmailAddress=self._sender,
                ReplyToAddresses=self._reply_to,
                ConfigurationSetName=self._configuration_set,
                Destination={"ToAddresses": [address]},
                EmailTags=[
                    {"Name": name, "Value": value} for name, value in tags._asdict().items()
                ],
                Content={
                    "Simple": {
                        "Subject": {"Data": subject, "Charset": "UTF-8"},
                        "Body": {
                            "Text": {"Data": text, "Charset": "UTF-8"},
                            "Html": {"Data": html, "Charset": "UTF-8"},
                        },
                    }
                },
            )
        except ClientError as error:
            code = error_code(error)
            # `from None`: messages of SES quote addresses, which must not be logged.
            if error.response["ResponseMetadata"]["HTTPStatusCode"] >= _SERVER_ERROR:
                raise MailUnsettled(f"SES failed: {code}") from None
            if code in THROTTLED:
                raise NotifierUnavailable(f"SES answered {code}") from None
            raise MailRejected(f"SES refused the mail: {code}") from None
        except ConnectionError:
            raise NotifierUnavailable("SES could not be reached") from None
        except HTTPClientError:
            raise MailUnsettled("SES did not answer") from None
