"""HTTP: the parts of ASGI that the emulator uses, and its own routes below ``/_local``."""
