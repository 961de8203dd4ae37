"""Stock and catalogue, also of a busy SKU."""
