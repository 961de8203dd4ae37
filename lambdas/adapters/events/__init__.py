"""Timeline events of orders: stored, published and delivered."""
