"""Commands that manage products, stock, customers and users."""
