"""Tests of local/emulator that start no emulator; tests/parity has the others."""
