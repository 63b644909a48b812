"""What a person sees of the door: who got their data by name, who was told of changes since, and when staff looked."""
