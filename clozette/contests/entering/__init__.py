"""Entering a contest: entries, receipts, what is locked at the close."""
