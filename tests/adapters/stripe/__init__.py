"""Stripe, by its SDK: an API in memory and localstripe."""
