"""What the community keeps about people: whom they follow, who asks to, and what they are told."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_RELATION = Personal("relations", (Purpose.PROVIDE,), retention="while both follow and are members")
_REQUEST = Personal("relations", (Purpose.PROVIDE,), retention="until it is answered or withdrawn")
_TOLD = Personal("activity", (Purpose.PROVIDE, Purpose.COMMUNICATE), retention="six months")

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
}
