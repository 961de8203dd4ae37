"""Approval limits: up to which total a group may approve, and above which two approvers must."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from lambdas.domain.record.money import EXPONENTS, Money

Limits = Mapping[str, Mapping[str, int]]
"""Minor units by currency and group."""


class LimitsError(ValueError):
    """The text of the limits is not valid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalTerms:
    """The limits of one approver in one currency, in minor units; None: no limit. Up to
    `limit_minor` the approval counts; above `alone_minor` it also needs a second approver.
    """

    limit_minor: int | None = None
    alone_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalLimits:
    """Totals in a currency without a limit are approved by one approver of any group."""

    by_currency: Limits = field(default_factory=dict)
    alone: Mapping[str, int] = field(default_factory=dict)
    """The largest total for one approver, by currency."""

    @classmethod
    def parse(cls, limits: str, two_approvers_above: str) -> "ApprovalLimits":
        """Read `approver:EUR:50000,buyer:EUR:90000` and `EUR:70000`. Raises LimitsError."""
        by_currency: dict[str, dict[str, int]] = {}
        for group, currency, amount in _entries(limits, "GROUP:CURRENCY:AMOUNT"):
            by_currency.setdefault(currency, {})[group] = _minor(currency, amount)
        above = _entries(two_approvers_above, "CURRENCY:AMOUNT")
        alone = {currency: _minor(currency, amount) for currency, amount in above}
        return cls(by_currency=by_currency, alone=alone)

    def terms_of(self, groups: Collection[str], currency: str) -> ApprovalTerms:
        """The terms of an approver in these groups. The highest limit of the groups holds. If the
        currency has limits and none of the groups has one, the limit is 0.
        """
        by_group = self.by_currency.get(currency)
        limit = None
        if by_group is not None:
            limit = max((by_group[group] for group in groups if group in by_group), default=0)
        return ApprovalTerms(limit_minor=limit, alone_minor=self.alone.get(currency))

    def groups_for(self, total: Money) -> tuple[str, ...]:
        """The groups that may approve the total, of a currency with limits."""
        by_group = self.by_currency.get(total.currency, {})
        return tuple(sorted(g for g, limit in by_group.items() if limit >= total.amount_minor))

    def approvers_for(self, total: Money) -> int:
        """How many different approvers the total needs."""
        alone = self.alone.get(total.currency)
        return 1 if alone is None or total.amount_minor <= alone else 2


def _entries(text: str, form: str) -> Iterator[list[str]]:
    for entry in filter(None, text.split(",")):
        parts = entry.strip().split(":")
        if len(parts) != form.count(":") + 1 or not all(parts):
            raise LimitsError(f"{entry!r} is not {form}")
        yield parts


def _minor(currency: str, amount: str) -> int:
    if currency not in EXPONENTS:
        raise LimitsError(f"{currency!r} is not an ISO 4217 currency")
    if not (amount.isascii() and amount.isdigit()):
        raise LimitsError(f"{amount!r} is not a whole number of minor units")
    return int(amount)
