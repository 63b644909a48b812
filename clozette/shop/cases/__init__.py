"""Buyer protection: a *case* about an order, with evidence from both sides, a decision with its reasons, and one appeal."""
