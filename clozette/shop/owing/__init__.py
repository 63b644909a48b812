"""Refunds that did not reach their buyers: the house owes them, tries again, or pays by other means."""
