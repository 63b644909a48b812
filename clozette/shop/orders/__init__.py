"""What becomes of an order: paid, shipped, received, complete; or given up, or taken back."""
