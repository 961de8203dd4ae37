"""The AWS region that the caller selected."""

import os


def selected_region() -> str | None:
    """The region of AWS_REGION, which the command lines of AWS and the CDK read and boto3 does not.
    None: that of AWS_DEFAULT_REGION or of the profile, which boto3 finds.
    """
    return os.environ.get("AWS_REGION") or None
