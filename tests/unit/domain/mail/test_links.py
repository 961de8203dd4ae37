import re

import pytest

from lambdas.domain.mail.links import CODE, digest, named_order, new_code, opens, signal_id
from tests.support.builders import an_order, an_order_id


def zeros(count: int) -> bytes:
    return bytes(count)


def test_a_code_names_its_order_and_fits_into_a_link() -> None:
    order_id = an_order_id()

    code = new_code(order_id, zeros)

    assert named_order(code) == order_id
    assert re.fullmatch(CODE, code)


def test_a_code_never_ends_in_what_mail_programs_leave_out_of_a_link() -> None:
    drawn = iter([b"\xff" * 22, b"\xfb" * 21 + b"\xfe", bytes(22)])

    code = new_code(an_order_id(), lambda _count: next(drawn))

    assert code[-1].isalnum()
    assert next(drawn, None) is None


def test_no_code_is_made_for_what_is_no_id_of_an_order() -> None:
    """Its codes would all end in padding: no draw could give one that ends in a letter."""
    with pytest.raises(ValueError, match="not the id of an order: O10"):
        new_code("O10", zeros)


def test_two_codes_of_one_order_have_nothing_secret_in_common() -> None:
    order_id = an_order_id()
    one, other = new_code(order_id, zeros), new_code(order_id, lambda count: b"x" * count)

    assert digest(one) != digest(other)
    assert signal_id(one) != signal_id(other)


def test_only_a_code_whose_digest_the_order_keeps_opens_it() -> None:
    order_id = an_order_id()
    code = new_code(order_id, zeros)
    order = an_order(order_id=order_id, approval_links={digest(code): "mail-approval-1"})

    assert opens(order, code)
    assert not opens(order, new_code(order_id, lambda count: b"x" * count))
    assert not opens(an_order(), code)


def test_a_link_always_sends_a_signal_of_the_same_id_which_does_not_show_the_code() -> None:
    code = new_code(an_order_id(), zeros)

    assert code not in digest(code) + signal_id(code)
    assert signal_id("code") == f"approval-link-{digest('code')[:32]}"
    assert len(signal_id("code")) == len("approval-link-") + 32


@pytest.mark.parametrize("code", ["", "x", "%%%%", "ÄÖÜ", "_____", "gICA" * 16])
def test_what_is_no_code_names_no_order(code: str) -> None:
    assert named_order(code) in (None, "")
