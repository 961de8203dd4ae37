"""The order record: lines, stages, signals, ledger, money, and how it changes."""
