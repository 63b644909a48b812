"""Who sells: the seller's terms, where they ship for how much, and how their money reaches them."""
