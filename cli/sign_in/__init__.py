"""Sign-in: profiles, tokens and the session of a command."""
