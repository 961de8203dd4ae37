"""Implementations of the ports: `<technology>_<port>.py`. They translate vendor errors."""
