"""Open the newsletters room."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "a1ba4e0f024b"
down_revision: str | Sequence[str] | None = "f0a93dfef13a"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "newsletters_keys",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_newsletters_keys")),
    )
    op.create_table(
        "newsletters_newsletters",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column(
            "slug", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("description", sa.String(length=1000), nullable=False),
        sa.Column("frequency", sa.String(length=200), nullable=False),
        sa.Column("edition", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("sender_name", sa.String(length=80), nullable=False),
        sa.Column("sender_address", sa.String(length=254), nullable=True),
        sa.Column("reply_to", sa.String(length=254), nullable=False),
        sa.Column("is_third", sa.Boolean(), nullable=False),
        sa.Column("has_archive", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletters_newsletters")),
        sa.UniqueConstraint("slug", name=op.f("uq_newsletters_newsletters_slug")),
    )
    op.create_table(
        "newsletters_suppressions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("address_key", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletters_suppressions")),
        sa.UniqueConstraint("address_key", "reason", name=op.f("uq_newsletters_suppressions_address_key_reason")),
    )
    op.create_table(
        "newsletters_contacts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("canonical", sa.String(length=254), nullable=False),
        sa.Column("address_key", sa.String(length=64), nullable=False),
        sa.Column("domain", sa.String(length=190), nullable=False),
        sa.Column("first_name", sa.String(length=60), nullable=False),
        sa.Column("last_name", sa.String(length=60), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("soft_bounces", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["privacy_subjects.id"], name=op.f("fk_newsletters_contacts_subject_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletters_contacts")),
        sa.UniqueConstraint("canonical", name=op.f("uq_newsletters_contacts_canonical")),
        sa.UniqueConstraint("subject_id", name=op.f("uq_newsletters_contacts_subject_id")),
    )
    with op.batch_alter_table("newsletters_contacts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_newsletters_contacts_address_key"), ["address_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_newsletters_contacts_created_at"), ["created_at"], unique=False)

    op.create_table(
        "newsletters_signups",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("newsletter_ids", sa.JSON(), nullable=False),
        sa.Column("first_name", sa.String(length=60), nullable=False),
        sa.Column("last_name", sa.String(length=60), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("stamped", sa.Text(), nullable=True),
        sa.Column("method", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["newsletters_contacts.id"],
            name=op.f("fk_newsletters_signups_contact_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletters_signups")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_newsletters_signups_token_digest")),
    )
    with op.batch_alter_table("newsletters_signups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_newsletters_signups_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_newsletters_signups_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "newsletters_subscriptions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("newsletter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("consent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'confirmed', 'unsubscribed', 'bounced', 'complained', 'expired')",
            name=op.f("ck_newsletters_subscriptions_state"),
        ),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["privacy_ledger.id"], name=op.f("fk_newsletters_subscriptions_consent_id")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["newsletters_contacts.id"],
            name=op.f("fk_newsletters_subscriptions_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletters_newsletters.id"], name=op.f("fk_newsletters_subscriptions_newsletter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletters_subscriptions")),
        sa.UniqueConstraint(
            "newsletter_id", "contact_id", name=op.f("uq_newsletters_subscriptions_newsletter_id_contact_id")
        ),
    )
    with op.batch_alter_table("newsletters_subscriptions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_newsletters_subscriptions_consent_id"), ["consent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_newsletters_subscriptions_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(
            batch_op.f(
                "ix_newsletters_subscriptions_newsletter_id_newsletters_subscriptions_state_newsletters_subscriptions_contact_id"
            ),
            ["newsletter_id", "state", "contact_id"],
            unique=False,
        )

    op.create_table(
        "newsletters_campaigns",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("newsletter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("subject_line", sa.String(length=200), nullable=False),
        sa.Column("preview_text", sa.String(length=200), nullable=False),
        sa.Column("blocks", sa.JSON(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("test_percent", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("winner", sa.String(length=1), nullable=True),
        sa.Column("tracks", sa.Boolean(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_because", sa.String(length=32), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recipients", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sent", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("skipped", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("failed", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uncertain", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["made_by_id"],
            ["accounts_members.id"],
            name=op.f("fk_newsletters_campaigns_made_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletters_newsletters.id"], name=op.f("fk_newsletters_campaigns_newsletter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletters_campaigns")),
    )
    with op.batch_alter_table("newsletters_campaigns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_newsletters_campaigns_made_by_id"), ["made_by_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_newsletters_campaigns_newsletter_id_newsletters_campaigns_id"),
            ["newsletter_id", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_newsletters_campaigns_state_newsletters_campaigns_send_at"),
            ["state", "send_at"],
            unique=False,
        )

    op.create_table(
        "newsletters_segments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by_id"],
            ["accounts_members.id"],
            name=op.f("fk_newsletters_segments_made_by_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletters_segments")),
        sa.UniqueConstraint("name", name=op.f("uq_newsletters_segments_name")),
    )
    with op.batch_alter_table("newsletters_segments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_newsletters_segments_made_by_id"), ["made_by_id"], unique=False)

    op.create_table(
        "newsletters_arms",
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("letter", sa.String(length=1), nullable=False),
        sa.Column("subject_line", sa.String(length=200), nullable=False),
        sa.Column("preview_text", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["newsletters_campaigns.id"],
            name=op.f("fk_newsletters_arms_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("campaign_id", "letter", name=op.f("pk_newsletters_arms")),
    )
    op.create_table(
        "newsletters_compiled",
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("letter", sa.String(length=1), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["newsletters_campaigns.id"],
            name=op.f("fk_newsletters_compiled_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("campaign_id", "letter", name=op.f("pk_newsletters_compiled")),
    )
    op.create_table(
        "newsletters_sendings",
        sa.Column(
            "campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("subscription_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("domain", sa.String(length=190), nullable=False),
        sa.Column("letter", sa.String(length=1), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("claim", sa.String(length=48), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("complained_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unsubscribed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'submitting', 'sent', 'skipped', 'failed', 'uncertain')",
            name=op.f("ck_newsletters_sendings_state"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["newsletters_campaigns.id"],
            name=op.f("fk_newsletters_sendings_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["newsletters_contacts.id"],
            name=op.f("fk_newsletters_sendings_contact_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("campaign_id", "contact_id", name=op.f("pk_newsletters_sendings")),
    )
    with op.batch_alter_table("newsletters_sendings", schema=None) as batch_op:
        batch_op.create_index(
            "ix_newsletters_sendings_claimed",
            ["campaign_id", "claim"],
            unique=False,
            sqlite_where=sa.text("state = 'submitting'"),
            postgresql_where=sa.text("state = 'submitting'"),
        )
        batch_op.create_index(batch_op.f("ix_newsletters_sendings_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(
            "ix_newsletters_sendings_queue",
            ["campaign_id", "not_before", "contact_id"],
            unique=False,
            sqlite_where=sa.text("state = 'queued'"),
            postgresql_where=sa.text("state = 'queued'"),
        )


def downgrade() -> None:
    """Bring them back."""
    with op.batch_alter_table("newsletters_sendings", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_newsletters_sendings_queue",
            sqlite_where=sa.text("state = 'queued'"),
            postgresql_where=sa.text("state = 'queued'"),
        )
        batch_op.drop_index(batch_op.f("ix_newsletters_sendings_contact_id"))
        batch_op.drop_index(
            "ix_newsletters_sendings_claimed",
            sqlite_where=sa.text("state = 'submitting'"),
            postgresql_where=sa.text("state = 'submitting'"),
        )

    op.drop_table("newsletters_sendings")
    op.drop_table("newsletters_compiled")
    op.drop_table("newsletters_arms")
    with op.batch_alter_table("newsletters_segments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_newsletters_segments_made_by_id"))

    op.drop_table("newsletters_segments")
    with op.batch_alter_table("newsletters_campaigns", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_newsletters_campaigns_state_newsletters_campaigns_send_at"))
        batch_op.drop_index(batch_op.f("ix_newsletters_campaigns_newsletter_id_newsletters_campaigns_id"))
        batch_op.drop_index(batch_op.f("ix_newsletters_campaigns_made_by_id"))

    op.drop_table("newsletters_campaigns")
    with op.batch_alter_table("newsletters_subscriptions", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f(
                "ix_newsletters_subscriptions_newsletter_id_newsletters_subscriptions_state_newsletters_subscriptions_contact_id"
            )
        )
        batch_op.drop_index(batch_op.f("ix_newsletters_subscriptions_contact_id"))
        batch_op.drop_index(batch_op.f("ix_newsletters_subscriptions_consent_id"))

    op.drop_table("newsletters_subscriptions")
    with op.batch_alter_table("newsletters_signups", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_newsletters_signups_expires_at"))
        batch_op.drop_index(batch_op.f("ix_newsletters_signups_contact_id"))

    op.drop_table("newsletters_signups")
    with op.batch_alter_table("newsletters_contacts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_newsletters_contacts_created_at"))
        batch_op.drop_index(batch_op.f("ix_newsletters_contacts_address_key"))

    op.drop_table("newsletters_contacts")
    op.drop_table("newsletters_suppressions")
    op.drop_table("newsletters_newsletters")
    op.drop_table("newsletters_keys")
