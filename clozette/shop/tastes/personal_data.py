"""What is kept about people of what they told of their own accord."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_TOLD = Personal("preferences", (Purpose.RESEARCH,), retention="while you agree to research")

TABLES: Declaration = {
    "shop_tastes": Table(
        title=_l("How you shop, as far as you told"),
        subject=("member_id", "subject_id"),
        columns={
            "member_id": NotPersonal("link between rows"),
            **dict.fromkeys(("likes", "ways", "age", "gender", "household", "changed_at"), _TOLD),
        },
    ),
}
