"""The payment providers: what the payment functions get for each one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from stacks.security.grants import (
    COMPARE_PAYMENTS,
    PAYMENTS,
    READ_PAYMENT_SECRET,
    READ_WEBHOOK_SECRET,
    Grant,
    Resource,
)
from stacks.settings.deployment_settings import DeploymentSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentProvider:
    """`grants` are those of the functions that pay, `webhook_grants` those that the webhook needs
    besides, `comparison_grants` those of the comparison. `lock_file` names the libraries of a
    separate layer.
    `needs_secret`: the adapter reads the provider's credentials from `payment_secret_arn`, and the
    secret that signs its reports from `payment_webhook_secret_arn`.
    """

    grants: tuple[Grant, ...]
    comparison_grants: tuple[Grant, ...]
    webhook_grants: tuple[Grant, ...] = ()
    lock_file: str = ""
    needs_secret: bool = False
    takes_real_money: bool = True


PAYMENT_PROVIDERS = {
    "sandbox": PaymentProvider(
        grants=(PAYMENTS,), comparison_grants=(COMPARE_PAYMENTS,), takes_real_money=False
    ),
    "stripe": PaymentProvider(
        grants=(READ_PAYMENT_SECRET,),
        comparison_grants=(READ_PAYMENT_SECRET,),
        webhook_grants=(READ_WEBHOOK_SECRET,),
        lock_file="requirements/stripe.txt",
        needs_secret=True,
    ),
}

_SECRETS = {
    "payment_secret_arn": "its API key",
    "payment_webhook_secret_arn": "the signing secret of its webhook",
}
SECRET_ARN = re.compile(r"arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-\w{6}")


def payment_resources(settings: DeploymentSettings) -> dict[str, Resource]:
    """The secrets of the provider, under the names that grants use."""
    arns = {
        "payment-secret": ("PAYMENT_SECRET_ARN", settings.payment_secret_arn),
        "webhook-secret": ("PAYMENT_WEBHOOK_SECRET_ARN", settings.payment_webhook_secret_arn),
    }
    return {
        name: Resource(arn=arn, variable=variable, value=arn)
        for name, (variable, arn) in arns.items()
    }


def find_payment_problems(settings: DeploymentSettings) -> Iterator[str]:
    """One sentence for each setting of the payment that cannot be deployed."""
    provider = PAYMENT_PROVIDERS.get(settings.payment_provider)
    if provider is None:
        return
    if settings.environment == "production" and not provider.takes_real_money:
        yield (
            f"payment_provider {settings.payment_provider} takes no real money, so production "
            "refuses it: choose another one (docs/adapters.md), or deploy -c environment=staging"
        )
    if settings.payment_api_url and not settings.runs_on_emulator:
        yield "payment_api_url is for the emulator only: another server would get the API key"
    for name, content in _SECRETS.items() if provider.needs_secret else ():
        arn = getattr(settings, name)
        if not SECRET_ARN.fullmatch(arn):
            yield (
                f"payment_provider {settings.payment_provider} needs {name}, the complete ARN of a "
                f"secret with {content}, not {arn!r}"
            )
