"""Runs localstripe, a server with Stripe's API, as a separate process in a separate environment: it
is under the GPL, so no module imports it. `make localstripe` installs it.
"""
