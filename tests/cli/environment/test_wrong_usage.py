"""Wrong usage: exit code 2, a sentence that says what to write, and no request."""

import pytest

from tests.cli.terminal import Terminal

ITEMS = ("MUG-RED=two", "MUG-RED=", "MUG-RED=²", "MUG-RED=0", "A=-1", "=2", " =2", "A=", "A= ")
MINUTES = ("²", "٣", "-1", "", "9" * 5_000)
CANCEL = ("batch", "cancel", "-r", "x", "-y")
TWICE = ("--filter", "customer=alice", "--filter", "customer=bob")
STAGES = "one of: start, enrichment, reserve, awaiting-approval, payment"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        *((("place", "-i", item), "") for item in ITEMS),
        (("place", "-i"), "`orders place --help`"),
        (("place", "-i", "MUG-RED=two"), "write SKU or SKU=QUANTITY"),
        (("place", "-i", "A=-1"), "write SKU or SKU=QUANTITY"),
        (("place", "-i", "MUG-RED", "-q", "--wait"), "-q prints only the id"),
        (("place", "-i", "MUG-RED", "-q", "-o", "json"), "-q prints only the id"),
        (("place", "-i", "MUG-RED", "--key", "schlüssel"), "in plain ASCII"),
        (("place", "-i", "MUG-RED", "--key", "🔑"), "in plain ASCII"),
        *((("status", text), "is not an id") for text in (".", "..", "01KDVDNH00/items")),
        (("batch", "cancel", "-r", "x"), "--filter stage=awaiting-approval"),
        ((*CANCEL, "--filter", "colour=red"), "stage, outcome, customer, version, older"),
        ((*CANCEL, *TWICE), "two filters name customer"),
        (("export", "h", *TWICE), "two filters name customer"),
        *(((*CANCEL, "--filter", f"older={text}"), "is not a filter") for text in MINUTES),
        # Like `--filter customer=$CUSTOMER` with an unset variable.
        *(((*CANCEL, "--filter", f"{name}="), "") for name in ("customer", "version", "stage")),
        ((*CANCEL, "--filter", "stage=waiting"), STAGES),
        *(((*command, "--stage", "waiting"), STAGES) for command in (("list",), ("export", "h"))),
        (("classify", "--stage", "waiting"), STAGES),
        (("wait", "01KDVDNH000000000000000001", "--stage", "payed"), "there is no stage 'payed'"),
        (("list", "-o", "yaml"), "Invalid value for '-o' / '--output': 'yaml' is not one of"),
        (("list", "--colour"), "--colour"),
        (("admin", "catalogue", "load", "none.toml"), "none.toml"),
        *(
            (("admin", "catalogue", "set", "A", "--name", "A", "--price", price), "is 18.50 EUR")
            for price in ("18.50 EUR", "1850", "-5 EUR", "EUR 5")
        ),
    ],
)
def test_wrong_usage_is_refused_with_a_sentence(
    terminal: Terminal, command: tuple[str, ...], said: str
) -> None:
    ran = terminal.run(*command, who="operator")

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert terminal.wire.sent == []
