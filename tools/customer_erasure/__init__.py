"""Erases the personal data of a customer: `make erase`."""
