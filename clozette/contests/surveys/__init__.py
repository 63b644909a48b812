"""Surveys: staff ask, members or anybody with a mail address answer once, and what is read of it is tables of groups."""
