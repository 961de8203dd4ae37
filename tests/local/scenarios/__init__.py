"""Tests of local/scenarios, local/scenario_runner and local/checks."""
