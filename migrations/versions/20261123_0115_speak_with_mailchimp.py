"""Keep what Mailchimp was told."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "f60f93545790"
down_revision: str | Sequence[str] | None = "e5fe8243468f"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "newsletters_mailchimp_batches",
        sa.Column("remote", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("remote", name=op.f("pk_newsletters_mailchimp_batches")),
    )
    op.create_table(
        "newsletters_mailchimp_channels",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("holder", sa.String(length=32), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rests_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rests_because", sa.String(length=32), nullable=True),
        sa.Column("tries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_newsletters_mailchimp_channels")),
    )
    op.create_table(
        "newsletters_mailchimp_forgotten",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("address_key", sa.String(length=64), nullable=False),
        sa.Column("subscriber_key", sa.String(length=32), nullable=True),
        sa.Column("erased_subject", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletters_mailchimp_forgotten")),
        sa.UniqueConstraint("address_key", name=op.f("uq_newsletters_mailchimp_forgotten_address_key")),
    )
    op.create_table(
        "newsletters_mailchimp_heard",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletters_mailchimp_heard")),
        sa.UniqueConstraint("digest", name=op.f("uq_newsletters_mailchimp_heard_digest")),
    )
    op.create_index(op.f("ix_newsletters_mailchimp_heard_at"), "newsletters_mailchimp_heard", ["at"], unique=False)
    op.create_table(
        "newsletters_mailchimp_runs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_full", sa.Boolean(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("problem", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletters_mailchimp_runs")),
    )
    op.create_table(
        "newsletters_mailchimp_interests",
        sa.Column(
            "newsletter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("interest", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["newsletter_id"],
            ["newsletters_newsletters.id"],
            name=op.f("fk_newsletters_mailchimp_interests_newsletter_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("newsletter_id", name=op.f("pk_newsletters_mailchimp_interests")),
        sa.UniqueConstraint("interest", name=op.f("uq_newsletters_mailchimp_interests_interest")),
    )
    op.create_table(
        "newsletters_mailchimp_members",
        sa.Column(
            "contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("asked", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("done", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("problem", sa.String(length=16), nullable=True),
        sa.Column("subscriber_key", sa.String(length=32), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=True),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("told_digest", sa.String(length=64), nullable=True),
        sa.Column("heard_status_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_profile_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["newsletters_contacts.id"],
            name=op.f("fk_newsletters_mailchimp_members_contact_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_newsletters_mailchimp_members")),
    )
    op.create_index(
        op.f("ix_newsletters_mailchimp_members_subscriber_key"),
        "newsletters_mailchimp_members",
        ["subscriber_key"],
        unique=False,
    )
    op.create_index(
        "ix_newsletters_mailchimp_members_waiting",
        "newsletters_mailchimp_members",
        ["tries", "asked_at"],
        unique=False,
        sqlite_where=sa.text("asked > done"),
        postgresql_where=sa.text("asked > done"),
    )
    op.create_table(
        "newsletters_mailchimp_campaigns",
        sa.Column(
            "campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("remote", sa.String(length=40), nullable=True),
        sa.Column("problem", sa.String(length=32), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bounced", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unsubscribed", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("complained", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["newsletters_campaigns.id"],
            name=op.f("fk_newsletters_mailchimp_campaigns_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_newsletters_mailchimp_campaigns")),
    )


def downgrade() -> None:
    """Take them back."""
    op.drop_table("newsletters_mailchimp_campaigns")
    op.drop_table("newsletters_mailchimp_members")
    op.drop_table("newsletters_mailchimp_interests")
    op.drop_table("newsletters_mailchimp_runs")
    op.drop_table("newsletters_mailchimp_heard")
    op.drop_table("newsletters_mailchimp_forgotten")
    op.drop_table("newsletters_mailchimp_channels")
    op.drop_table("newsletters_mailchimp_batches")
