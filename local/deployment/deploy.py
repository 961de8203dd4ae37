"""Run the real `cdk deploy` against the emulator."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.deployment.cdk import run_cdk
from local.host.aws_clients import ACCOUNT, REGION, client
from local.host.folders import Folders
from local.host.problems import LocalProblem
from local.host.progress import phase

_QUALIFIER = "hnb659fds"
_BOOTSTRAP_VERSION = "31"


def prepare_account(url: str) -> None:
    """Create the resources of `cdk bootstrap` that a deployment needs: a bucket and a version.

    `cdk bootstrap` takes longer than the deployment. Its roles, keys and registry have no use on
    an emulator that checks no permissions.
    """
    bucket = f"cdk-{_QUALIFIER}-assets-{ACCOUNT}-{REGION}"
    client("s3", url).create_bucket(Bucket=bucket)
    client("ssm", url).put_parameter(
        Name=f"/cdk-bootstrap/{_QUALIFIER}/version",
        Value=_BOOTSTRAP_VERSION,
        Type="String",
        Overwrite=True,
    )


def deploy(folders: Folders, assembly: Path, *, url: str) -> Mapping[str, str]:
    """Deploy a cloud assembly and return the stack's outputs by key."""
    log = folders.log("deploy")
    log.unlink(missing_ok=True)
    outputs = folders.home / "outputs.json"
    outputs.unlink(missing_ok=True)
    options = ["--all", "--require-approval", "never", "--method", "direct"]
    arguments = ["deploy", "--app", str(assembly), *options, "--outputs-file", str(outputs)]
    with phase("deploying the stack"):
        run_cdk("deploying", arguments, url=url, log=log)
    return _outputs(json.loads(outputs.read_text(encoding="utf-8")), log)


def _outputs(stacks: Mapping[str, Any], log: Path) -> Mapping[str, str]:
    for values in stacks.values():
        if "ApiId" in values:
            return {str(key): str(value) for key, value in values.items()}
    advice = "add the output to stacks/order_workflow_stack.py"
    raise LocalProblem("deploying", "no stack has the output ApiId", log=log, advice=advice)
