"""Grants as a table, and the checks of cdk-nag with their accepted findings."""
