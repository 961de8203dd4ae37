"""The pure parts of `local/`: no emulator, no deployment."""
