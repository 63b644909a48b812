"""Draws that anybody can run again: a seed promised before, a frozen list, and public randomness that nobody made here."""
