"""Commands that place orders and send signals to them."""
