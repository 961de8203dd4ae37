"""The local AWS: MiniStack in a separate process, with fixes where it differs from AWS.

``python -m local.emulator --port 0`` starts it. What is changed, why, and by which AWS document
is listed in :mod:`local.emulator.fixes`; nothing else of the emulator is touched.
"""
