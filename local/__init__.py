"""The whole system on one machine: emulator, deployment, seed data, scenarios. See README.md."""
