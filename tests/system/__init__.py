"""The deployed system on the emulator: what users do over HTTP, and the life of an environment."""
