"""What is printed of an order: the buyer's receipt and the seller's slip, as PDF."""
