"""What the community keeps about people: whom they follow, what they are told, their badges and points."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_RELATION = Personal("relations", (Purpose.PROVIDE,), retention="while both follow and are members")
_REQUEST = Personal("relations", (Purpose.PROVIDE,), retention="until it is answered or withdrawn")
_TOLD = Personal("activity", (Purpose.PROVIDE, Purpose.COMMUNICATE), retention="six months")
_BADGE = Personal("activity", (Purpose.PROVIDE,), retention="while you are a member; one that was revoked too")
_POINTS = Personal("activity", (Purpose.PROVIDE,))

TABLES: Declaration = {
    "community_follows": Table(
        title=_l("Whom you follow, and who follows you"),
        columns={"id": NotPersonal(), "follower_id": _RELATION, "followed_id": _RELATION, "at": _RELATION},
        subject=("follower_id", "subject_id"),
        also=(("followed_id", "subject_id"),),
        second={("followed_id", "subject_id"): ("id", "follower_id", "followed_id", "at")},
    ),
    "community_follow_requests": Table(
        title=_l("Requests to follow"),
        columns={"id": NotPersonal(), "follower_id": _REQUEST, "followed_id": _REQUEST, "at": _REQUEST},
        subject=("follower_id", "subject_id"),
        also=(("followed_id", "subject_id"),),
        second={("followed_id", "subject_id"): ("id", "follower_id", "followed_id", "at")},
    ),
    "community_approvers": Table(
        title=_l("Whether you approve followers"),
        columns={
            "member_id": Personal("preferences", (Purpose.PROVIDE,)),
            "since": Personal("preferences", (Purpose.PROVIDE,)),
        },
        subject=("member_id", "subject_id"),
    ),
    "community_notifications": Table(
        title=_l("Notifications"),
        columns={
            "id": NotPersonal(),
            "member_id": _TOLD,
            "actor_id": _TOLD,
            "kind": _TOLD,
            "object_id": _TOLD,
            "deed_id": _TOLD,
            "at": _TOLD,
            "read_at": _TOLD,
        },
        subject=("member_id", "subject_id"),
        also=(("actor_id", "subject_id"),),
        second={("actor_id", "subject_id"): "what others were told, and when they read it, is theirs"},
    ),
    "community_badges": Table(
        title=_l("Your badges"),
        columns={
            "id": NotPersonal(),
            "member_id": _BADGE,
            "kind": _BADGE,
            "issuer": _BADGE,
            "rule": _BADGE,
            "evidence_kind": _BADGE,
            "evidence_id": _BADGE,
            "at": _BADGE,
            "revoked_at": _BADGE,
            "revoked_because": _BADGE,
        },
        subject=("member_id", "subject_id"),
    ),
    "community_point_lines": Table(
        title=_l("What you got and spent points for"),
        columns={
            "id": NotPersonal(),
            "member_id": _POINTS,
            "from_account": _POINTS,
            "to_account": _POINTS,
            "amount": _POINTS,
            "rule": _POINTS,
            "object_id": _POINTS,
            "at": _POINTS,
            "day": _POINTS,
            "expires_on": _POINTS,
            "reverses_id": _POINTS,
        },
        subject=("member_id", "subject_id"),
    ),
    "community_balances": Table(
        title=_l("Your points"),
        columns={"member_id": _POINTS, "points": _POINTS},
        subject=("member_id", "subject_id"),
    ),
}
