"""From the cart to the payment service: addresses, the hold, the order."""
