"""localstripe, a server with Stripe's API, in a process and an environment that are separate from
this program's: it is under the GPL, and nothing imports it. `make localstripe` installs it.
"""
