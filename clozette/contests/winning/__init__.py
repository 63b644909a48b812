"""Winners: told, asked where the prize shall go, sent it, and shown to others as far as they agreed."""
