"""The AWS emulator: MiniStack in a separate process, with fixes where it differs from AWS.

``python -m local.emulator --port 0`` starts it. :mod:`local.emulator.fixes` lists every change,
with its reason and the AWS document; the rest of MiniStack is unchanged.
"""
