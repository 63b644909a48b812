"""What closets keep about people: what they have, what they wish for, and what they say about it."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_KEPT = "until you delete the item, or your account"
_CONTENT = Personal("content", (Purpose.PROVIDE,), retention=_KEPT)
_ACTIVITY = Personal("activity", (Purpose.PROVIDE,), retention=_KEPT)
_OWNER = Personal("relations", (Purpose.PROVIDE,), retention=_KEPT)
_WAITING = Personal("content", (Purpose.PROVIDE,), retention="two days, while a form waits to be sent again")

TABLES: Declaration = {
    "closets_items": Table(
        title=_l("Items in your closet"),
        columns={
            "id": NotPersonal(),
            "member_id": _OWNER,
            "upload_key": NotPersonal("a random key of one form"),
            "version": NotPersonal("a counter of changes"),
            "kind": _CONTENT,
            "category": _CONTENT,
            "subcategory": _CONTENT,
            "brand": _CONTENT,
            "brand_key": Personal(
                "content",
                (Purpose.PROVIDE,),
                _KEPT,
                export=False,
                hidden_because="the brand again, folded for comparing",
            ),
            "size_system": _CONTENT,
            "size": _CONTENT,
            "measurements": _CONTENT,
            "price_minor": _CONTENT,
            "price_currency": _CONTENT,
            "bought_on": _CONTENT,
            "notes": _CONTENT,
            "search_text": Personal(
                "content",
                (Purpose.PROVIDE,),
                _KEPT,
                export=False,
                hidden_because="brand, tags and notes again, folded for the search",
            ),
            "state": _ACTIVITY,
            "state_since": _ACTIVITY,
            "lent_to": _CONTENT,
            "archived_at": _ACTIVITY,
            "archived_reason": _ACTIVITY,
            "publicised_at": _ACTIVITY,
            "styleable_at": _ACTIVITY,
            "created_at": _ACTIVITY,
            "changed_at": _ACTIVITY,
        },
        subject=("member_id", "subject_id"),
    ),
    "closets_item_photos": Table(
        title=_l("Photos of your items"),
        columns={"photo_id": _CONTENT, "item_id": NotPersonal(), "position": NotPersonal("the order of photos")},
        subject=("item_id", "member_id", "subject_id"),
    ),
    "closets_labels": Table(
        title=_l("Labels on your items"),
        columns={
            "item_id": NotPersonal(),
            "kind": NotPersonal("which sort of word"),
            "value": _CONTENT,
            "position": NotPersonal("the order of words"),
        },
        subject=("item_id", "member_id", "subject_id"),
    ),
    "closets_uploads": Table(
        title=_l("Uploads under way"),
        columns={"photo_id": _WAITING, "member_id": _WAITING, "at": _WAITING},
        subject=("member_id", "subject_id"),
    ),
}
