"""The commands, grouped by what people do with them."""
