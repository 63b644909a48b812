"""What this room keeps about people."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_LINK = NotPersonal("link between rows")
_STRUCTURE = NotPersonal("structure")

CONTENT = Personal("content", (Purpose.PROVIDE,))
ACTIVITY = Personal("activity", (Purpose.PROVIDE,))
WHO = Personal("relations", (Purpose.PROVIDE,))
PLACE = Personal(
    "activity",
    (Purpose.PROVIDE,),
    erasure="keep",
    kept_because="the empty place of a comment, with nobody's name, so that others' answers keep their sense",
)

TABLES: Declaration = {
    "looks_looks": Table(
        title=_l("Looks"),
        subject=("member_id", "subject_id"),
        columns={
            "id": _LINK,
            "member_id": WHO,
            "form_key": NotPersonal("tells a form sent twice"),
            "caption": CONTENT,
            "visibility": Personal("preferences", (Purpose.PROVIDE,)),
            "created_at": ACTIVITY,
            "changed_at": ACTIVITY,
            "published_at": ACTIVITY,
            "removed_at": Personal("activity", (Purpose.ENFORCE,)),
            "feed_key": NotPersonal("place in feeds"),
            "version": NotPersonal("tells two savings apart"),
            "love_count": NotPersonal("a count"),
            "comment_count": NotPersonal("a count"),
        },
    ),
    "looks_photos": Table(
        title=_l("Photos of looks"),
        subject=("look_id", "member_id", "subject_id"),
        columns={"photo_id": CONTENT, "look_id": _LINK, "position": _STRUCTURE, "alt": CONTENT},
    ),
    "looks_hotspots": Table(
        title=_l("Items tagged in looks"),
        subject=("look_id", "member_id", "subject_id"),
        also=(("owner_id", "subject_id"),),
        second={("owner_id", "subject_id"): ("id", "item_id")},  # which look it is may be a draft of somebody else's
        columns={
            "id": _LINK,
            "look_id": _LINK,
            "photo_id": _LINK,
            "item_id": CONTENT,
            "owner_id": Personal("relations", (Purpose.PROVIDE,), erasure="clear"),
            "x_permille": _STRUCTURE,
            "y_permille": _STRUCTURE,
        },
    ),
    "looks_loves": Table(
        title=_l("Loves"),
        subject=("member_id", "subject_id"),
        also=(("look_id", "member_id", "subject_id"),),
        second={("look_id", "member_id", "subject_id"): ("id", "look_id", "member_id", "at")},
        columns={"id": _LINK, "look_id": ACTIVITY, "member_id": WHO, "at": ACTIVITY},
    ),
    "looks_comments": Table(
        title=_l("Comments"),
        subject=("member_id", "subject_id"),
        also=(("look_id", "member_id", "subject_id"),),
        second={("look_id", "member_id", "subject_id"): ("id", "look_id", "member_id", "text", "at", "edited_at")},
        columns={
            "id": _LINK,
            "look_id": ACTIVITY,
            "member_id": Personal("relations", (Purpose.PROVIDE,), erasure="clear"),
            "text": Personal("content", (Purpose.PROVIDE,), erasure="clear"),
            "at": PLACE,
            "edited_at": Personal("activity", (Purpose.PROVIDE,), erasure="clear"),
            "deleted_at": PLACE,
        },
    ),
    "looks_tags": Table(
        title=_l("Hashtags of your looks"),
        subject=("look_id", "member_id", "subject_id"),
        columns={"look_id": _LINK, "tag": CONTENT, "feed_key": NotPersonal("place in lists")},
    ),
    "looks_authors": Table(
        title=_l("When you published last"),
        subject=("member_id", "subject_id"),
        columns={
            "member_id": WHO,
            "last_feed_key": NotPersonal("place in feeds; derived from the looks"),
            "looks_count": NotPersonal("a count; derived from the looks"),
        },
    ),
    "looks_revisions": Table(
        title=_l("Earlier words of your drafts"),
        subject=("look_id", "member_id", "subject_id"),
        columns={
            "id": _LINK,
            "look_id": _LINK,
            "at": ACTIVITY,
            "base_version": NotPersonal("tells two savings apart"),
            "content": CONTENT,
        },
    ),
    "looks_labels": Table(
        title=_l("Labels of your looks"),
        subject=("look_id", "member_id", "subject_id"),
        columns={
            "id": _LINK,
            "look_id": _LINK,
            "kind": CONTENT,
            "object_id": _LINK,
            "title": CONTENT,
            "sponsor": CONTENT,
            "address": CONTENT,
            "at": ACTIVITY,
        },
    ),
}
