"""Services that functions call over HTTPS: inventory and customers in place of tables, and the
subscriber of events.
"""

import re
from collections.abc import Iterator, Sequence

from stacks.security.grants import (
    LIST_PRODUCTS,
    READ_CUSTOMERS_SECRET,
    READ_INVENTORY_SECRET,
    READ_SUBSCRIBER_SECRET,
    SETTLE_STOCK,
    Grant,
    Resource,
)
from stacks.settings.deployment_settings import DeploymentSettings
from stacks.settings.payment_provider import SECRET_ARN

_SERVICES = {
    "inventory": READ_INVENTORY_SECRET,
    "customers": READ_CUSTOMERS_SECRET,
    "subscriber": READ_SUBSCRIBER_SECRET,
}
"""The services by name. The grant replaces those on the table of the same name, if there is one."""
_ALSO_INVENTORY = frozenset({SETTLE_STOCK.resource, LIST_PRODUCTS.resource})
"""Other names of the inventory table and of its index."""
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?"
_URL = re.compile(rf"https?://{_HOST}(?:/[A-Za-z0-9._~%-]+)*/?")


def choose_grants(grants: Sequence[Grant], settings: DeploymentSettings) -> tuple[Grant, ...]:
    """The grants of a function: none on a table that another service replaces."""
    replaced = {name for name in _SERVICES if _url(settings, name)}
    used = {grant.resource for grant in grants} & replaced
    without = replaced | (_ALSO_INVENTORY if "inventory" in replaced else frozenset())
    kept = [grant for grant in grants if grant.resource not in without]
    return (*kept, *(_SERVICES[name] for name in sorted(used)))


def service_resources(settings: DeploymentSettings) -> dict[str, Resource]:
    """The secret of each service, under the name that grants use, with the service's address."""
    return {
        grant.resource: Resource(
            arn=_secret_arn(settings, name),
            variable=f"{name.upper()}_SECRET_ARN",
            value=_secret_arn(settings, name),
            more_variables={f"{name.upper()}_URL": _url(settings, name)},
        )
        for name, grant in _SERVICES.items()
    }


def find_service_problems(settings: DeploymentSettings) -> Iterator[str]:
    """One sentence for each setting of a service that cannot be deployed."""
    for name in _SERVICES:
        url, arn = _url(settings, name), _secret_arn(settings, name)
        if not url:
            if arn:
                yield f"{name}_secret_arn is set without {name}_url"
            continue
        if not _URL.fullmatch(url):
            yield f"{name}_url must be like https://{name}.example.com/v1, not {url!r}"
        elif url.startswith("http:") and not settings.runs_on_emulator:
            yield f"{name}_url must begin with https://: the requests are secret"
        if not SECRET_ARN.fullmatch(arn):
            yield (
                f"{name}_url needs {name}_secret_arn, the complete ARN of its secret, not {arn!r}"
            )


def _url(settings: DeploymentSettings, name: str) -> str:
    return str(getattr(settings, f"{name}_url"))


def _secret_arn(settings: DeploymentSettings, name: str) -> str:
    return str(getattr(settings, f"{name}_secret_arn"))
