"""Signals: which ones an order admits, and what each one does."""
