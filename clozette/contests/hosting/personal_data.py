"""What hosting keeps about people: nothing; through which channel somebody came stands in their ledger."""

from clozette.kernel.personal import Declaration, NotPersonal, Table

HOSTING: Declaration = {
    "contests_channels": Table(
        no_subject="addresses of partners here; what they say of themselves",
        columns=dict.fromkeys(
            ("id", "sponsor_id", "slug", "name", "words", "colour", "made_at", "closed_at"), NotPersonal()
        ),
    ),
}
