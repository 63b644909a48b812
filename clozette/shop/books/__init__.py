"""What a seller's tax office asks for: the tax that is in a price, and the books of what was sold."""
