"""Mutation tests of the definition: every single change must be detected by a scenario."""
