"""The payment providers: what the payment functions get for each one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacks.grants import PAYMENTS, READ_PAYMENT_SECRET, Grant, Resource

if TYPE_CHECKING:
    from stacks.deployment_settings import DeploymentSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentProvider:
    """`grants` are those of the adapter, `lock_file` names the libraries of a separate layer.
    `needs_secret`: the adapter reads the provider's credentials from `payment_secret_arn`.
    """

    grants: tuple[Grant, ...]
    lock_file: str = ""
    needs_secret: bool = False
    takes_real_money: bool = True


PAYMENT_PROVIDERS = {
    "sandbox": PaymentProvider(grants=(PAYMENTS,), takes_real_money=False),
    "stripe": PaymentProvider(
        grants=(READ_PAYMENT_SECRET,), lock_file="requirements-stripe.txt", needs_secret=True
    ),
}

_SECRET_ARN = re.compile(r"arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-\w{6}")


def payment_resources(settings: "DeploymentSettings") -> dict[str, Resource]:
    """The secret of the provider, under the name that grants use."""
    arn = settings.payment_secret_arn
    return {"payment-secret": Resource(arn=arn, variable="PAYMENT_SECRET_ARN", value=arn)}


def find_payment_problems(settings: "DeploymentSettings") -> Iterator[str]:
    """One sentence for each setting of the payment that cannot be deployed."""
    provider = PAYMENT_PROVIDERS.get(settings.payment_provider)
    if provider is None:
        return
    if settings.environment == "production" and not provider.takes_real_money:
        yield (
            f"payment_provider {settings.payment_provider} takes no real money, so production "
            "refuses it: choose another one (docs/adapters.md), or deploy -c environment=staging"
        )
    if provider.needs_secret and not _SECRET_ARN.fullmatch(settings.payment_secret_arn):
        yield (
            f"payment_provider {settings.payment_provider} needs payment_secret_arn, the complete "
            f"ARN of a secret with its API key, not {settings.payment_secret_arn!r}"
        )
