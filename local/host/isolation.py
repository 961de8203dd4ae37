"""Environment variables without the user's AWS account, and without a proxy for loopback."""

import os
from collections.abc import Mapping

_FOREIGN = ("AWS_", "CDK_", "BOTO_")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def isolated_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """A copy of an environment without the user's profiles, keys, endpoints and regions.

    The SDKs find no configuration file and ask no metadata service; proxies are not used for the
    loopback address. (AWS SDKs and Tools Reference Guide, "Environment variables")
    """
    kept = {name: value for name, value in environment.items() if not name.startswith(_FOREIGN)}
    without_proxy = no_proxy(environment)
    return {
        **kept,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": without_proxy,
        "no_proxy": without_proxy,
    }


def isolate() -> None:
    """Isolate this process and every process that it starts."""
    variables = isolated_environment(os.environ)
    os.environ.clear()
    os.environ.update(variables)


def no_proxy(environment: Mapping[str, str]) -> str:
    """The hosts that need no proxy: the user's, and all names of the loopback address.

    Programs read either spelling of the variable; some read only `no_proxy`. (curl(1))
    """
    named = ",".join(environment.get(name, "") for name in ("no_proxy", "NO_PROXY"))
    hosts = (host.strip() for host in named.split(","))
    return ",".join(dict.fromkeys([*filter(None, hosts), *_LOOPBACK]))
