"""The deployed API under requests that nobody means well: no answer but the documented ones, no
door open to the wrong role, no secret in any place where it does not belong.
"""
