"""What media keeps about people: their photos, and what was read from the pixels."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_CONTENT = Personal("content", (Purpose.PROVIDE,), retention="until you delete the photo, or while the account exists")

TABLES: Declaration = {
    "media_hidden": Table(
        title=_l("That your photos are hidden"),
        columns={
            "subject_id": NotPersonal("path to the subject"),
            "since": Personal("activity", (Purpose.ENFORCE, Purpose.RESPOND), retention="while the account is closed"),
        },
        subject=("subject_id",),
    ),
    "media_photos": Table(
        title=_l("Photos"),
        columns={
            "id": NotPersonal(),
            "subject_id": _CONTENT,
            "created_at": _CONTENT,
            "sha256": _CONTENT,
            "bytes": _CONTENT,
            "width": _CONTENT,
            "height": _CONTENT,
            "placeholder": _CONTENT,
            "colours": _CONTENT,
            "dhash": _CONTENT,
            "variants": NotPersonal("which files are ready"),
            "avif": NotPersonal("which files are ready"),
            "folder": NotPersonal("where the files are"),
            "suffix": NotPersonal("how the original is named"),
            "public_token": _CONTENT,
        },
        subject=("subject_id",),
    ),
}
