"""Newsletters for benchmarks and faults: a site with any number of readers, and a campaign that waits for its workers."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from benchmarks.support import sites
from clozette.kernel import clock, ids, migrations, tasks
from clozette.kernel.database import db
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.sending import dkim, services
from clozette.newsletters.subscriptions import services as subscriptions
from clozette.newsletters.subscriptions.models import Newsletter

WORDS = (
    "Linen is back, and this time it stays. We looked through **three thousand looks** of the last week and found four"
    " ways to wear it that need nothing new: with the jacket you have, over the dress of last summer, belted, or not at"
    " all. Have a [look for yourself](https://bench.test/discover) and tell us what you think of it.\n\n"
)
BLOCKS: list[dict[str, Any]] = [
    {"kind": "heading", "text": "What people wear this week"},
    {"kind": "text", "markdown": "Hello {{ first_name }},\n\n" + WORDS * 3},
    {"kind": "button", "label": "See the looks", "address": "https://bench.test/discover"},
    {"kind": "text", "markdown": WORDS * 2 + "Yours, the people of Clozette"},
]
_SUBJECTS = "INSERT INTO privacy_subjects (id, created_at, key) SELECT n, now(), sha256(int8send(n)) FROM {numbers}"
_CONTACTS = """
INSERT INTO newsletters_contacts (id, subject_id, address, canonical, address_key, domain, first_name, last_name, locale,
  time_zone, created_at, confirmed_at, soft_bounces)
SELECT n, n, 'reader_' || n || '@' || d, 'reader_' || n || '@' || d, encode(sha256(int8send(n)), 'hex'), d,
  CASE WHEN n % 20 = 0 THEN 'Zoë' ELSE 'Ada' END, 'Mode', 'en', 'UTC', now(), now(), 0
FROM (SELECT n, 'mail' || (n % 400) || '.test' AS d FROM {numbers}) AS readers
"""
_SUBSCRIPTIONS = """
INSERT INTO newsletters_subscriptions (id, newsletter_id, contact_id, state, source, asked_at, changed_at, confirmed_at)
SELECT n, :newsletter, n, 'confirmed', 'form', now(), now(), now() FROM {numbers}
"""
_CONSENTS = """
INSERT INTO privacy_consents (id, subject_id, purpose, channel, action, entry_id, at)
SELECT n, n, :purpose, 'email', 'given', n, now() FROM {numbers}
"""
_SUPPRESSIONS = """
INSERT INTO newsletters_suppressions (id, address_key, reason, source, at)
SELECT n, encode(sha256(int8send(-n)), 'hex'), 'left', 'page', now() FROM {numbers} WHERE n % 10 = 0
"""


def environment(url: str, folder: Path, smtp_port: int, *, key: Path | None, connections: int) -> dict[str, str]:
    """Return the settings of a site that sends to a port of this machine."""
    given = {
        "controller_name": "Clozette",
        "controller_address": "1 Bench Street, 10115 Berlin",
        "controller_contact": "privacy@bench.test",
        "news_smtp_url": f"smtp://127.0.0.1:{smtp_port}",
        "news_from": "Clozette <news@news.bench.test>",
        "news_limits": f"connections={connections}",
        "bounce_domain": "news.bench.test",
        **({"dkim_domain": "news.bench.test", "dkim_key": str(key)} if key else {}),
    }
    return {
        **sites.environment(url, folder),
        **{f"CLOZETTE_{name.upper()}": value for name, value in given.items()},
    }


def write_key(path: Path) -> Path:
    """Make an RSA key of 2048 bits."""
    path.write_bytes(dkim.new_key())
    return path


def fill(app: Flask, readers: int) -> int:
    """Make the tables, a newsletter and its readers (PostgreSQL alone); return the newsletter's id."""
    with app.app_context():
        migrations.upgrade(app)
    tasks.create_tables(app)
    with app.app_context():
        newsletter = Newsletter(
            slug="weekly",
            title="The weekly",
            edition="clozette.co",
            language="en",
            sender_name="Clozette",
            reply_to="hello@bench.test",
            created_at=clock.now(),
        )
        db.session.add(newsletter)
        db.session.flush()
        values = {"newsletter": newsletter.id, "purpose": subscriptions.purpose_for(newsletter.id)}
        # Neither keys nor triggers: a million rows by the front door would take an hour, and prove nothing here.
        db.session.execute(sa.text("SET session_replication_role = replica; SET statement_timeout = 0"))
        base = ids.new_id()
        for statement in (_SUBJECTS, _CONTACTS, _SUBSCRIPTIONS, _CONSENTS, _SUPPRESSIONS):
            numbers = f"generate_series({base}::bigint, {base + readers - 1}::bigint) AS n"
            db.session.execute(sa.text(statement.format(numbers=numbers)), values if ":" in statement else {})
        db.session.execute(sa.text("SET session_replication_role = DEFAULT"))
        db.session.commit()
        with db.get_engine("write").connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("SET statement_timeout = 0"))
            connection.execute(sa.text("ANALYZE"))
        return newsletter.id


def start_campaign(app: Flask, newsletter_id: int) -> int:
    """Write a campaign and start it; return its id."""
    with app.test_request_context():
        campaign = Campaign(
            newsletter_id=newsletter_id,
            title="A bench",
            subject_line="What people wear this week, {{ first_name }}",
            blocks=BLOCKS,
            rules=[],
            made_at=clock.now(),
        )
        db.session.add(campaign)
        db.session.flush()
        services.start(campaign, clock.now())
        db.session.commit()
        return campaign.id
