"""What the functions run: their code and a layer with their libraries, made without Docker.

Both are compiled to byte-code by the functions' own version of Python, so a cold start compiles
nothing. Packages are cached by a digest of their inputs: a synthesis makes only what has changed.
"""


class PackagingError(RuntimeError):
    """A package could not be made; the message says why and what to do."""
