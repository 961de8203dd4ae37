"""Runs the whole system on one machine: emulator, deployment, seed data, scenarios."""
