"""What became of a campaign, and why somebody got a mail."""
