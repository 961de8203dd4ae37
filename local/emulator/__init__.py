"""MiniStack with AWS parity fixes, in a separate process. See README.md in this folder.

The package imports nothing else of this repository.
"""
