"""What buyer and seller say of each other after an order: neither sees the other's before both are shown."""
