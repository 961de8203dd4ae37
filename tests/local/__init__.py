"""Tests of `local/` that need no emulator and no deployment."""
