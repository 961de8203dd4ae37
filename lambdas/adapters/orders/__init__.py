"""The orders table: records, conditional writes and lists."""
