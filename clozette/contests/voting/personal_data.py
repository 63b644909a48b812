"""What the public vote keeps about people."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_LINK = NotPersonal("link between rows")
_KEPT = Personal(
    "activity",
    (Purpose.PROVIDE, Purpose.ENFORCE),
    erasure="keep",
    retention="for ever, as a number in the list that anybody can check",
    kept_because="a line of the open list of votes, so that it can still be checked; leads to nobody",
)

VOTING: Declaration = {
    "contests_voters": Table(
        title=_l("Contests that you voted in"),
        subject=("member_id", "subject_id"),
        columns={
            "id": _LINK,
            "contest_id": _KEPT,
            "member_id": Personal("relations", (Purpose.PROVIDE,), erasure="clear"),
            "code": _KEPT,
            "used": _KEPT,
            "since": _KEPT,
            "network": Personal(
                "technical", (Purpose.ENFORCE,), erasure="clear", retention="until the contest's result is out"
            ),
        },
    ),
    "contests_votes": Table(
        title=_l("Your votes"),
        subject=("voter_id", "member_id", "subject_id"),
        columns={
            "id": _LINK,
            "contest_id": _KEPT,
            "voter_id": _LINK,
            "entry_id": _KEPT,
            "at": _KEPT,
            "taken_back_at": _KEPT,
        },
    ),
    "contests_set_asides": Table(
        title=_l("Votes of yours that were set aside, or count again"),
        subject=("vote_id", "voter_id", "member_id", "subject_id"),
        also=(("by_id",),),
        second={("by_id",): ("id", "vote_id", "number", "at", "reason", "is_aside")},
        columns={
            "id": _LINK,
            "vote_id": _LINK,
            "number": NotPersonal("counts the decisions about a vote"),
            "at": _KEPT,
            "reason": _KEPT,
            "is_aside": _KEPT,
            "by_id": Personal(
                "activity",
                (Purpose.LAW, Purpose.ENFORCE),
                erasure="keep",
                retention="for ever",
                export=False,
                hidden_because="who of the staff decided",
                kept_because="the log of what staff did with people's data",
            ),
        },
    ),
    "contests_vote_keys": Table(
        no_subject="a key", columns={"contest_id": _LINK, "key": NotPersonal("a key that is destroyed with the result")}
    ),
}
