"""What draws keep about people."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_FACT = NotPersonal("digests and numbers that anybody may read after the draw")
_CONTACT = Personal(
    "contact",
    (Purpose.PROVIDE,),
    erasure="clear",
    retention="as long as the contest can be read, so that it is known who stood as its witness",
)

DRAWING: Declaration = {
    "contests_draws": Table(
        no_subject="digests and numbers",
        columns=dict.fromkeys(
            (
                "contest_id",
                "source",
                "chain",
                "round",
                "seed",
                "seed_sha256",
                "entries_sha256",
                "randomness",
                "signature",
                "nonce",
                "drawn_at",
                "units",
                "alternates",
                "picked",
            ),
            _FACT,
        ),
    ),
    "contests_witnesses": Table(
        title=_l("Draws that you are the witness of"),
        subject=("subject_id",),
        columns={
            "contest_id": NotPersonal("link between rows"),
            "subject_id": NotPersonal("path to the subject"),
            "name": _CONTACT,
            "email": _CONTACT,
            "token_digest": NotPersonal("opens the witness's form"),
            "nonce_sha256": _FACT,
            "named_at": Personal(
                "activity",
                (Purpose.PROVIDE,),
                erasure="keep",
                retention=_CONTACT.retention,
                kept_because="when a draw's witness was named; leads to nobody",
            ),
            "given_at": Personal(
                "activity",
                (Purpose.PROVIDE,),
                erasure="keep",
                retention=_CONTACT.retention,
                kept_because="when a draw's number was given; leads to nobody",
            ),
        },
    ),
}
