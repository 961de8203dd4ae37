"""The state machine on engines: the committed definition with the real handlers."""
