"""How fields, parameters and headers are written, and the sentence that a wrong one is answered
with: a caller never has to read a regular expression.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from lambdas.domain.free_text import fault_of

SKU = r"^[A-Z0-9-]{1,32}$"
USER_NAME = r"^[A-Za-z0-9_.@+=-]{1,128}$"
r"""Written out: readers of the description take `\w` for ASCII, the validator for any alphabet."""
PAYMENT_METHOD = r"^pm_[a-z0-9_]{1,40}$"
START_KEY = r"^[!-+\--~]{1,128}$"
SIGNAL_KEY = r"^[A-Za-z0-9_~:-][A-Za-z0-9._~:-]{0,127}$"
"""No dot in front: `.` and `..` are no names in a path. (RFC 3986, 5.2.4)"""
ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$"
"""What a pattern can say of a free text; `fault_of` refuses more."""

FORMS = {
    SKU: "1 to 32 capital letters (A to Z), digits and hyphens",
    USER_NAME: "1 to 128 letters (A to Z, a to z), digits and characters of `_.@+=-`",
    PAYMENT_METHOD: "`pm_` and then 1 to 40 lower-case letters, digits and underscores",
    START_KEY: "1 to 128 visible ASCII characters, without a comma",
    SIGNAL_KEY: "1 to 128 ASCII letters, digits and characters of `._~:-`, without a dot in front",
    ONE_LINE: "one line of text without control characters",
}
"""The same in words, by pattern."""
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")


def is_user_name(text: object) -> bool:
    """True for a name that the API takes from a token, and for a customer's id."""
    return isinstance(text, str) and re.fullmatch(USER_NAME, text) is not None


def _free_text(text: str) -> str:
    fault = fault_of(text)
    if fault is not None:
        raise PydanticCustomError("free_text", "{fault}", {"fault": fault})
    return text


def _one_value(header: str | None) -> str | None:
    """A header that is sent twice arrives as one, joined by a comma. (RFC 9110, 5.3)"""
    if header is not None and "," in header:
        raise PydanticCustomError(
            "header_twice", "It has a comma or was sent twice. Send it once, without a comma"
        )
    return header


def _whole_number(text: object) -> object:
    """Digits alone: `int` would also take `1_0`, `+5` and blanks around them."""
    if isinstance(text, str) and not _NUMBER.fullmatch(text):
        raise PydanticCustomError("whole_number", "Must be a whole number, written in digits alone")
    return text


FreeText = AfterValidator(_free_text)
OneValue = BeforeValidator(_one_value)
WholeNumber = Annotated[int, BeforeValidator(_whole_number)]
