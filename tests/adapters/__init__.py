"""The adapters against moto and stubbed answers."""
