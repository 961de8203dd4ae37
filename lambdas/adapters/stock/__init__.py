"""The inventory table: the catalogue, and the stock of each SKU in shards."""
