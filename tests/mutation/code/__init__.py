"""Mutation tests of the rules in code: a fast test must detect every single change."""
