"""The payment providers of scenarios: their payment methods and records, and what happens there
without a request of the system: a payment settles, a refund fails, a person refunds by hand.
"""
