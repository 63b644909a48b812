"""Pages about texts: for everybody, for staff, and the address where the provider calls in."""
