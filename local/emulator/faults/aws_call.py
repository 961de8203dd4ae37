"""Identify the AWS call of an HTTP request, and build its success and error responses."""

import hashlib
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote
from xml.sax.saxutils import escape

from local.emulator.environment import ACCOUNT
from local.emulator.faults.fault import Fault


@dataclass(frozen=True)
class AwsCall:
    """One AWS call; ``function`` is the name of the Lambda function, if any."""

    service: str
    action: str
    function: str
    body: bytes
    query_protocol: bool

    @property
    def content_type(self) -> str:
        return "text/xml" if self.query_protocol else "application/x-amz-json-1.0"

    def success(self) -> dict[str, Any] | str:
        """A success response, although the call was not made."""
        build = _SUCCESSES.get((self.service, self.action))
        fields = build(self) if build else {}
        return _xml(self.action, fields) if self.query_protocol else fields

    def failure(self, fault: Fault) -> tuple[int, dict[str, Any] | str, dict[str, str]]:
        """The injected error: status, body, headers."""
        headers = {"x-amzn-errortype": fault.error, "x-amzn-requestid": str(uuid.uuid4())}
        if self.query_protocol:
            return fault.status, _xml_error(fault), headers
        return fault.status, {"__type": fault.error, "message": fault.message}, headers


def identify(scope: dict[str, Any], body: bytes) -> AwsCall:
    """The service and action in IAM notation: ``states`` ``SendTaskSuccess``."""
    from ministack.core.iam_actions import extract_iam_action
    from ministack.core.router import detect_service

    method, path = scope["method"], scope["path"]
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
    }
    query = parse_qs(scope.get("query_string", b"").decode(), keep_blank_values=True)
    form = "x-www-form-urlencoded" in headers.get("content-type", "")
    fields = {**query, **parse_qs(body.decode(errors="replace"))} if form else query
    service = detect_service(method, path, headers, fields)
    iam_action = extract_iam_action(service, method, path, headers, body, fields)
    namespace, _, action = (iam_action or f"{service}:?").partition(":")
    if namespace == "lambda" and action == "InvokeFunction":
        action = "Invoke"
    return AwsCall(namespace, action, _function_name(path), body, query_protocol=form)


def _function_name(path: str) -> str:
    before, _, after = path.partition("/functions/")
    return unquote(after.split("/")[0]) if before and after else ""


def _start_execution(call: AwsCall) -> dict[str, Any]:
    """The response of StartExecution, built from the name and machine of the request."""
    request = json.loads(call.body or b"{}")
    parts = request.get("stateMachineArn", f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:x")
    region, machine = parts.split(":")[3], parts.split(":")[6]
    name = request.get("name") or str(uuid.uuid4())
    arn = f"arn:aws:states:{region}:{ACCOUNT}:execution:{machine}:{name}"
    return {"executionArn": arn, "startDate": time.time()}


def _send_message(call: AwsCall) -> dict[str, Any]:
    """The response of SQS SendMessage. SDKs verify the digest."""
    text = json.loads(call.body or b"{}").get("MessageBody", "")
    digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    return {"MessageId": str(uuid.uuid4()), "MD5OfMessageBody": digest}


_SUCCESSES: dict[tuple[str, str], Callable[[AwsCall], dict[str, Any]]] = {
    ("states", "StartExecution"): _start_execution,
    ("sqs", "SendMessage"): _send_message,
    ("ses", "SendEmail"): lambda _: {"MessageId": str(uuid.uuid4())},
    ("events", "PutEvents"): lambda _: {"FailedEntryCount": 0, "Entries": []},
}


def _xml(action: str, fields: dict[str, Any]) -> str:
    result = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in fields.items())
    return (
        f"<{action}Response><{action}Result>{result}</{action}Result><ResponseMetadata>"
        f"<RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata></{action}Response>"
    )


def _xml_error(fault: Fault) -> str:
    return (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{escape(fault.error)}</Code>"
        f"<Message>{escape(fault.message)}</Message></Error></ErrorResponse>"
    )
