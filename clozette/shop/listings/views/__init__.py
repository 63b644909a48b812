"""Pages of listings: the seller's own, and what everybody sees."""
