"""Malformed, generated and unauthorized requests to the deployed API: every answer is documented,
no route admits the wrong role, and no secret appears where it is forbidden.
"""
