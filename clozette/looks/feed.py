"""The feed: looks of those a member follows, newest first. One statement a page, whatever follows and looks number.

How (``docs/decisions/0004-feed.md`` has the figures): take the followees whose newest look is newest, as many as a page
has places: no other followee can have a look on it. Then merge their looks. ``looks_authors.last_feed_key`` answers the
first step for the first page; for a later page it does so for those who published nothing since, and one probe of the
index finds the newest older look of each of the others.

The statements are the databases' own SQL, because each merges best in its own way and neither knows the other's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from clozette.accounts.access import is_present, not_blocked
from clozette.accounts.events import MemberDeactivated, MemberReactivated
from clozette.accounts.models import Member
from clozette.community.access import followed_by
from clozette.kernel import database, prepared
from clozette.kernel.database import db
from clozette.kernel.ids import MAX_ID
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.kernel.viewer import Viewer
from clozette.looks.models import Author
from clozette.looks.services.publication import recount

SUGGESTED = 8


class FeedRow(NamedTuple):
    """What a page of the feed has to know of a look before it asks whether the look's card is made already.

    ``hidden`` looks belong to somebody who is blocked, unconfirmed or deactivated; they are never shown.
    """

    feed_key: int
    look_id: int
    version: int
    visibility: str
    love_count: int
    handle: str
    display_name: str
    avatar_token: str | None
    loved: bool
    hidden: bool


@dataclass(frozen=True)
class Suggestion:
    """Somebody worth following."""

    member: Member
    looks_count: int


def page(viewer: Viewer, after: int | None = None) -> Page[FeedRow]:
    """Return one page of the viewer's feed."""
    connection = database.reader()
    asked = {"me": viewer.member_id, "before": MAX_ID if after is None else after}
    rows = prepared.run(connection, _STATEMENTS[connection.dialect.name], asked)
    # The cursor counts hidden looks too, so that a page that lost some still leads to the next one.
    found = page_of([FeedRow._make(row) for row in rows], lambda row: row.feed_key)
    return Page([row for row in found.items if not row.hidden], found.after)


def suggestions(viewer: Viewer) -> Sequence[Suggestion]:
    """Return members whom the viewer does not follow yet, those who published last first."""
    rows = db.session.execute(
        sa.select(Member, Author.looks_count)
        .join(Author, Author.member_id == Member.id)
        .where(
            Author.last_feed_key.is_not(None),
            Member.id != viewer.member_id,
            is_present(),
            not_blocked(viewer, Member.id),
            ~followed_by(viewer, Member.id),
        )
        .order_by(Author.last_feed_key.desc())
        .limit(SUGGESTED)
    )
    return [Suggestion(member, count) for member, count in rows]


def retire(event: MemberDeactivated) -> None:
    """Take a deactivated author out of every feed."""
    author = sa.update(Author).where(Author.member_id == event.member_id)
    db.session.execute(author.values(last_feed_key=None))


def recall(event: MemberReactivated) -> None:
    """Bring an author back."""
    if db.session.get(Author, event.member_id) is not None:
        recount(event.member_id)


_SHOWN = """
SELECT l.feed_key, l.id, l.version, l.visibility, l.love_count, m.handle, m.display_name, m.avatar_token,
  EXISTS (SELECT 1 FROM looks_loves v WHERE v.look_id = l.id AND v.member_id = {me}),
  m.deactivated_at IS NOT NULL OR m.confirmed_at IS NULL
    OR EXISTS (SELECT 1 FROM accounts_blocks b WHERE b.blocker_id = {me} AND b.blocked_id = m.id)
    OR EXISTS (SELECT 1 FROM accounts_blocks b WHERE b.blocker_id = m.id AND b.blocked_id = {me})
"""

# A recursive query is a priority queue here: each step takes the newest look that waits and puts the next older one of
# the same author in its place. CROSS JOIN keeps SQLite from walking through everybody's looks instead. The looks are found
# by the index that the steps went through just before: its pages are at hand, those of the unique key are not.
_SQLITE = """
WITH RECURSIVE heads (feed_key, member_id) AS (
  SELECT CASE WHEN a.last_feed_key < :before THEN a.last_feed_key ELSE (
      SELECT max(l.feed_key) FROM looks_looks l WHERE l.member_id = a.member_id AND l.feed_key < :before) END,
    a.member_id
  FROM community_follows f CROSS JOIN looks_authors a ON a.member_id = f.followed_id
  WHERE f.follower_id = :me AND a.last_feed_key IS NOT NULL
  ORDER BY 1 DESC LIMIT {size}
), merged (feed_key, member_id) AS (
  SELECT * FROM (SELECT feed_key, member_id FROM heads)
  UNION ALL
  SELECT (SELECT max(l.feed_key) FROM looks_looks l WHERE l.member_id = merged.member_id AND l.feed_key < merged.feed_key),
    merged.member_id
  FROM merged WHERE merged.feed_key IS NOT NULL
  ORDER BY 1 DESC LIMIT {size}
){shown}FROM merged CROSS JOIN looks_looks l INDEXED BY ix_looks_looks_member_id_feed_key
    ON l.member_id = merged.member_id AND l.feed_key = merged.feed_key
  CROSS JOIN accounts_members m ON m.id = l.member_id
ORDER BY l.feed_key DESC"""

# The parameters go through a materialised row: the planner then makes one plan for everybody instead of a new one for
# each page. The array lets the index of authors be read in one pass, ahead of a probe for each followee.
_POSTGRESQL = """
WITH asked AS MATERIALIZED (SELECT %(me)s::bigint AS me, %(before)s::bigint AS before),
heads AS MATERIALIZED (
  SELECT a.member_id, CASE WHEN a.last_feed_key < (SELECT before FROM asked) THEN a.last_feed_key ELSE (
      SELECT l.feed_key FROM looks_looks l
      WHERE l.member_id = a.member_id AND l.feed_key < (SELECT before FROM asked)
      ORDER BY l.feed_key DESC LIMIT 1) END AS feed_key
  FROM looks_authors a
  WHERE a.last_feed_key IS NOT NULL AND a.member_id = ANY (ARRAY (
      SELECT f.followed_id FROM community_follows f WHERE f.follower_id = (SELECT me FROM asked)))
  ORDER BY 2 DESC NULLS LAST LIMIT {size}
), merged AS MATERIALIZED (
  SELECT newest.feed_key FROM heads CROSS JOIN LATERAL (
      SELECT l.feed_key FROM looks_looks l
      WHERE l.member_id = heads.member_id AND l.feed_key < (SELECT before FROM asked)
      ORDER BY l.feed_key DESC LIMIT {size}) newest
  ORDER BY newest.feed_key DESC LIMIT {size}
){shown}FROM merged JOIN looks_looks l ON l.feed_key = merged.feed_key JOIN accounts_members m ON m.id = l.member_id
ORDER BY l.feed_key DESC"""

_STATEMENTS = {
    "sqlite": _SQLITE.format(size=PAGE_SIZE + 1, shown=_SHOWN.format(me=":me")),
    "postgresql": _POSTGRESQL.format(size=PAGE_SIZE + 1, shown=_SHOWN.format(me="(SELECT me FROM asked)")),
}
