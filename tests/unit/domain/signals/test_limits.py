"""Approval limits: their text, the terms of an approver, and the number of approvers."""

import pytest

from lambdas.domain.record.money import Money
from lambdas.domain.signals.limits import ApprovalLimits, ApprovalTerms, LimitsError

LIMITS = ApprovalLimits.parse("approver:EUR:50000,chief:EUR:900000,chief:JPY:0", "EUR:70000")


@pytest.mark.parametrize(
    ("groups", "currency", "limit"),
    [
        ({"approver"}, "EUR", 50_000),
        ({"approver", "chief"}, "EUR", 900_000),
        ({"approver"}, "JPY", 0),
        ({"customer"}, "EUR", 0),
        ({"approver"}, "USD", None),
    ],
    ids=["one group", "highest limit", "no limit of the group", "other group", "other currency"],
)
def test_the_limit_of_an_approver(groups: set[str], currency: str, limit: int | None) -> None:
    assert LIMITS.terms_of(groups, currency).limit_minor == limit


def test_without_limits_every_approver_approves_every_total_alone() -> None:
    limits = ApprovalLimits.parse("", "")

    assert limits.terms_of({"approver"}, "EUR") == ApprovalTerms()
    assert limits.approvers_for(Money(10**12, "EUR")) == 1


@pytest.mark.parametrize(
    ("total", "groups"), [(50_000, ("approver", "chief")), (50_001, ("chief",)), (900_001, ())]
)
def test_the_groups_that_may_approve_a_total(total: int, groups: tuple[str, ...]) -> None:
    assert LIMITS.groups_for(Money(total, "EUR")) == groups
    assert LIMITS.groups_for(Money(total, "USD")) == ()


@pytest.mark.parametrize(("total", "approvers"), [(70_000, 1), (70_001, 2)])
def test_a_total_above_the_second_limit_needs_two_approvers(total: int, approvers: int) -> None:
    assert LIMITS.approvers_for(Money(total, "EUR")) == approvers
    assert LIMITS.approvers_for(Money(total, "USD")) == 1


@pytest.mark.parametrize(
    ("limits", "above"),
    [
        ("approver:EUR", ""),
        ("approver:EUR:1:2", ""),
        (":EUR:1", ""),
        ("approver:EURO:1", ""),
        ("approver:EUR:-1", ""),
        ("", "EUR:1.5"),
        ("", "EUR"),
    ],
)
def test_a_malformed_limit_is_refused(limits: str, above: str) -> None:
    form = "(GROUP:)?CURRENCY:AMOUNT|an ISO 4217 currency|a whole number of minor units"

    with pytest.raises(LimitsError, match=f"' is not ({form})$"):
        ApprovalLimits.parse(limits, above)
