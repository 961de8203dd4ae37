"""The installed program, and the account that an environment has at it."""

from local.host.folders import REPOSITORY

PROGRAM = REPOSITORY / ".local" / "localstripe" / "bin" / "localstripe"
"""`make localstripe` installs it. It accepts every key."""
API_KEY = "sk_test_localstripe"
