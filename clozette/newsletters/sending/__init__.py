"""The engine: who gets a campaign, each once, and how fast."""
