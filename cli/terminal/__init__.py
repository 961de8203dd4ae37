"""The terminal: streams, text, tables and output in both formats."""
