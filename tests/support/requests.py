"""Requests of a customer."""

from lambdas.domain.steps.start import StartRequest

REQUEST = StartRequest(
    customer_id="alice",
    requested_by="alice",
    payment_method="pm_ok",
    version="v2",
    items=(("MUG-RED", 2),),
)
