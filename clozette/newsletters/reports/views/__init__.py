"""Pages of reports: for whoever holds a mail, and for marketing staff."""
