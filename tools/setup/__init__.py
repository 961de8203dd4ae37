"""Makes the checkout ready to run: `.venv` and `node_modules`, both exactly as locked.

Run by any Python of the machine, as `python3 -m tools.setup`. An old Python must get a
clear message, not a SyntaxError: this package's `__init__`, `__main__` and `preflight`, and
`tools/__init__.py`, parse on Python 3.6 and import nothing newer.
"""
