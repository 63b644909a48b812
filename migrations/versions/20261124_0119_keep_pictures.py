"""Keep pictures of campaigns."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "a8e4d2b90c37"
down_revision: str | Sequence[str] | None = "5d0c1f7be921"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_PICTURE = "ix_newsletters_holdings_picture_id"


def upgrade() -> None:
    """Bring the tables to this version: a photo may be the site's own."""
    with op.batch_alter_table("media_photos") as batch:
        batch.alter_column("subject_id", existing_type=_big(), nullable=True)
    op.create_table(
        "newsletters_pictures",
        sa.Column("id", _big(), nullable=False),
        sa.Column("photo_id", _big(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["photo_id"], ["media_photos.id"], name=op.f("fk_newsletters_pictures_photo_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletters_pictures")),
        sa.UniqueConstraint("photo_id", name=op.f("uq_newsletters_pictures_photo_id")),
    )
    op.create_table(
        "newsletters_holdings",
        sa.Column("campaign_id", _big(), autoincrement=False, nullable=False),
        sa.Column("picture_id", _big(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["newsletters_campaigns.id"],
            name=op.f("fk_newsletters_holdings_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["picture_id"], ["newsletters_pictures.id"], name=op.f("fk_newsletters_holdings_picture_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "picture_id", name=op.f("pk_newsletters_holdings")),
    )
    op.create_index(op.f(_PICTURE), "newsletters_holdings", ["picture_id"], unique=False)


def downgrade() -> None:
    """Take them back, with the photos that are nobody's."""
    op.drop_table("newsletters_holdings")
    op.drop_table("newsletters_pictures")
    op.execute("DELETE FROM media_photos WHERE subject_id IS NULL")
    with op.batch_alter_table("media_photos") as batch:
        batch.alter_column("subject_id", existing_type=_big(), nullable=False)


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
