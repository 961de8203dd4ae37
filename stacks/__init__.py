"""The infrastructure. It reads `lambdas/` and `statemachine/` by path and never imports them."""
