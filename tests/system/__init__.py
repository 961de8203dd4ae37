"""The deployed system on the emulator: HTTP requests, and the lifecycle of an environment."""
