"""Bulk exports: data of many members in one file, for staff.

A *use* is what a file is for; it says which columns may be in it. An *export* is what one admin asked for, with a reason;
above a set size it waits for a second admin's *decision*. Each *download* streams the file anew from the database, with a
*mark* of its own in every row; a *file* is a download that reached its end, with its digest. All of it is append-only.
Only a *block*, some of the people of a large download, goes once the log of staff's looks has them.
"""
