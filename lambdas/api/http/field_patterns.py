"""Patterns of fields, parameters and headers, and the sentences of error answers about them: a
caller never has to read a regular expression or the terms of the validator.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from lambdas.domain.catalogue import SKU_FORM
from lambdas.domain.free_text import fault_of

SKU = f"^{SKU_FORM}$"
USER_NAME = r"^[A-Za-z0-9_.@+=-]{1,128}$"
r"""Without `\w`: clients read it as ASCII in the description, the validator as any alphabet."""
PAYMENT_METHOD = r"^pm_[A-Za-z0-9_]{1,100}$"
CURRENCY = r"^[A-Z]{3}$"
DISPUTE = r"^dispute(-[1-9][0-9]{0,2})?$"
START_KEY = r"^[!-+\--~]{1,128}$"
SIGNAL_KEY = r"^[A-Za-z0-9_~:-][A-Za-z0-9._~:-]{0,127}$"
"""No leading dot: `.` and `..` are not names in a path. (RFC 3986, 5.2.4)"""
EMAIL = r"^[A-Za-z0-9._%+'-]{1,64}@([A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z][A-Za-z0-9-]{1,62}$"
"""SES takes ASCII only. (SES developer guide, "Creating and verifying identities")"""
LANGUAGE = r"^[a-z]{2}(-[A-Z]{2})?$"
ULID = r"^[0-9A-HJKMNP-TV-Z]{26}$"
ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$"
"""The rules of free text that a pattern can express. `fault_of` checks the others."""

FORMS = {
    SKU: "1 to 32 capital letters (A to Z), digits and hyphens",
    USER_NAME: "1 to 128 letters (A to Z, a to z), digits and characters of `_.@+=-`",
    PAYMENT_METHOD: "`pm_` and then 1 to 100 letters, digits and underscores",
    CURRENCY: "a currency code of three capital letters (ISO 4217)",
    DISPUTE: "the name of a dispute in the ledger: `dispute`, `dispute-2`",
    START_KEY: "1 to 128 visible ASCII characters, without a comma",
    SIGNAL_KEY: "1 to 128 ASCII letters, digits and characters of `._~:-`, without a leading dot",
    EMAIL: "an e-mail address of ASCII characters",
    LANGUAGE: "a language of two letters, and a region of two capital letters: `de`, `de-AT`",
    ULID: "26 capital letters and digits, without I, L, O and U",
    ONE_LINE: "one line of text without control characters",
}
"""The description of each pattern in words."""
_SENTENCES = {
    "missing": "Is missing",
    "extra_forbidden": "Is not a known field",
    "greater_than_equal": "Must be at least {ge}",
    "less_than_equal": "Must be at most {le}",
    "too_short": "Must not be empty",
    "too_long": "Must have at most {max_length} entries",
    "string_too_short": "Must not be empty",
    "string_too_long": "Must have at most {max_length} characters",
    "string_type": "Must be a text",
    "string_unicode": "Must be valid Unicode",
    "int_type": "Must be a whole number",
    "bool_type": "Must be true or false",
    "list_type": "Must be a list",
    "tuple_type": "Must be a list",
    "model_type": "Must be an object",
    "model_attributes_type": "Must be an object",
    "literal_error": "Must be {expected}",
    "enum": "Must be {expected}",
}
"""Sentences by the type of the validator's error, with the values of its context. The only minimum
length of a text or a list is 1.
"""
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")


def fault(error: Mapping[str, Any]) -> str:
    """A validation error of one field as a sentence."""
    context = error.get("ctx", {})
    if context.get("pattern") in FORMS:
        return f"Must be {FORMS[context['pattern']]}"
    sentence = _SENTENCES.get(error["type"])
    return sentence.format_map(context) if sentence else str(error["msg"])


def is_user_name(text: object) -> bool:
    """Whether the text is valid as the user name of a token and as a customer id."""
    return isinstance(text, str) and re.fullmatch(USER_NAME, text) is not None


def _free_text(text: str) -> str:
    fault = fault_of(text)
    if fault is not None:
        raise PydanticCustomError("free_text", "{fault}", {"fault": fault})
    return text


def _one_value(header: str | None) -> str | None:
    """Refuse a comma: a header that is sent twice arrives joined by one. (RFC 9110, 5.3)"""
    if header is not None and "," in header:
        raise PydanticCustomError(
            "header_twice", "It contains a comma or was sent twice. Send it once, without a comma"
        )
    return header


def _whole_number(text: object) -> object:
    """Accept only digits: `int` also accepts `1_0`, `+5` and surrounding blanks."""
    if isinstance(text, str) and not _NUMBER.fullmatch(text):
        raise PydanticCustomError(
            "whole_number", "Must be a whole number that contains only digits"
        )
    return text


FreeText = AfterValidator(_free_text)
OneValue = BeforeValidator(_one_value)
WholeNumber = Annotated[int, BeforeValidator(_whole_number)]
