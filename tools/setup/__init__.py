"""Install the locked packages of this checkout: `.venv` and `node_modules`.

Any Python of the machine runs it, as `python3 -m tools.setup`. An old Python must print a
clear message, not a SyntaxError: this package's `__init__`, `__main__` and `preflight`, and
`tools/__init__.py`, parse on Python 3.6 and import nothing newer.
"""
