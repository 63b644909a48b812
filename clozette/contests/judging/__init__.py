"""The jury: rounds, ballots, standings."""
