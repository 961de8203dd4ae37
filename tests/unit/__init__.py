"""Pure Python against fakes: no sockets, no sleeps."""
