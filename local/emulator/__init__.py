"""The local AWS: MiniStack in a process of its own, with its gaps to AWS closed.

``python -m local.emulator --port 0`` starts it. What is changed, why, and by which AWS document
is listed in :mod:`local.emulator.fixes`; nothing else of the emulator is touched.
"""
