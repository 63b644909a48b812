"""What is asked of the payment service, what it says, and whether both sides agree."""
