"""Why somebody got a mail, and what became of a campaign: exact counts, and what was read only of whoever agreed to that."""
