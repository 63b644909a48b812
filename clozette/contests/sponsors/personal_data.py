"""What the sponsors part keeps about people."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_ORGANISATION = NotPersonal("an organisation")
_TERMS = NotPersonal("terms that people are asked to agree to")
_SIGNS_IN = Personal("activity", (Purpose.PROVIDE,), retention="while you sign in for the sponsor, and a year after it")

SPONSORS: Declaration = {
    "contests_sponsors": Table(
        no_subject="organisations",
        columns=dict.fromkeys(
            (
                "id",
                "legal_name",
                "address",
                "country",
                "contact",
                "website",
                "domains",
                "contract",
                "keeps_for",
                "keeps_days",
                "made_at",
                "closed_at",
            ),
            _ORGANISATION,
        ),
    ),
    "contests_sponsor_people": Table(
        title=_l("Sponsors that you sign in for"),
        subject=("member_id", "subject_id"),
        also=(("given_by_id", "subject_id"),),
        second={("given_by_id", "subject_id"): ("id", "sponsor_id", "given_at")},
        columns={
            "id": NotPersonal("link between rows"),
            "sponsor_id": _SIGNS_IN,
            "member_id": Personal("relations", (Purpose.PROVIDE,)),
            "given_by_id": Personal("activity", (Purpose.PROVIDE,), erasure="clear"),
            "given_at": _SIGNS_IN,
            "taken_at": _SIGNS_IN,
        },
    ),
    "contests_sharings": Table(
        no_subject="terms that people are asked to agree to",
        columns=dict.fromkeys(
            (
                "id",
                "object_kind",
                "object_id",
                "sponsor_id",
                "recipient_id",
                "fields",
                "purpose",
                "keeps_for",
                "keeps_days",
                "reaches",
                "is_required",
                "made_at",
                "replaced_at",
            ),
            _TERMS,
        ),
    ),
}
