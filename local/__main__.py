"""``python -m local``: see ``--help``."""

from local.commands import app

app()
