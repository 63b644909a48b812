"""Promotions: codes to claim, once each, for nothing or for points; or the way to a draw."""
