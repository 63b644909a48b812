"""Mailchimp as a second channel: what it knows follows what we know."""
