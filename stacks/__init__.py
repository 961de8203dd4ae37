"""The infrastructure. It reads `lambdas/` and `statemachine/` by path, and imports only the table
of workflow versions.
"""
