"""The secrets of every local environment: a service that you write must accept them."""

TOKEN = "local-token"  # noqa: S105  # protects nothing: the services run on this machine only
"""Bearer token of the requests to inventory and customers."""
SIGNING_SECRET = "whsec_bG9jYWwtc2lnbmluZy1zZWNyZXQtMDE="  # noqa: S105  # the same
"""Signs the events for the subscriber."""
