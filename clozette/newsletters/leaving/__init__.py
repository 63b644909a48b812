"""Leaving: one click in a mail program, one button on a page, one page for every choice; and the way back at once."""
