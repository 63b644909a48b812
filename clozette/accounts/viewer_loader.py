"""Who looks: one query by the cookie's token, or in the API by the bearer token. Nothing else signs anybody in."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from flask import Flask, Response, g, has_request_context, session
from sqlalchemy import exc

from clozette.accounts import beside, rules, secret_tokens
from clozette.accounts.models import ADULT_AGE, ApiToken, Member, Role, SignIn, age_on
from clozette.kernel import clock, context, database
from clozette.kernel.prepared import Prepared
from clozette.kernel.viewer import GUEST, Viewer

COOKIE_KEY = "sid"
SEEN_EVERY = timedelta(hours=1)
_TOUCH = "accounts_touch"
log = structlog.get_logger()

_WHO = (
    Member.id.label("member_id"),
    Member.subject_id,
    Member.handle,
    Member.display_name,
    Member.birth_date,
    Member.confirmed_at,
    Member.leaving_at,
    Member.avatar_token,
    Member.locale,
    Member.time_zone,
)
_DIGEST: sa.BindParameter[str] = sa.bindparam("digest")
_BY_SESSION = Prepared(
    sa.select(
        *_WHO, SignIn.id.label("key_id"), SignIn.started_at, SignIn.last_seen_at, SignIn.second_factor_at, Role.name
    )
    .select_from(SignIn)
    .join(Member, Member.id == SignIn.member_id)
    .outerjoin(Role, Role.member_id == Member.id)
    .where(
        SignIn.digest == _DIGEST,
        SignIn.ended_at.is_(None),
        sa.or_(Member.deactivated_at.is_(None), Member.leaving_at.is_not(None)),
    )
)
_BY_TOKEN = Prepared(
    sa.select(*_WHO, ApiToken.id.label("key_id"), ApiToken.scopes, ApiToken.expires_at, ApiToken.last_used_at)
    .select_from(ApiToken)
    .join(Member, Member.id == ApiToken.member_id)
    .where(ApiToken.digest == _DIGEST, ApiToken.revoked_at.is_(None), Member.deactivated_at.is_(None))
)


def load() -> Viewer:
    """Return the viewer of this request; outside of a request, a guest."""
    if not has_request_context():
        return GUEST
    asked = context.asked()
    if asked.path.startswith("/api/"):
        return _by_bearer(asked.authorization)
    token = session.get(COOKIE_KEY)
    return _by_session(token) if isinstance(token, str) else GUEST


def init_app(app: Flask) -> None:
    """Let the gate ask here, and note after an answer that a session or token was used."""
    app.extensions["clozette.viewer_loader"] = load
    app.after_request(_note_use)


def _by_session(token: str) -> Viewer:
    rows = _read(_BY_SESSION, token)
    now = clock.now()
    if not rows or rules.is_over(started_at=rows[0].started_at, last_seen_at=rows[0].last_seen_at, now=now):
        return GUEST
    row = rows[0]
    if now - row.last_seen_at >= SEEN_EVERY:
        g.setdefault(_TOUCH, (SignIn.last_seen_at, row.key_id, now))
    return _viewer(
        row,
        now,
        roles=frozenset(found.name for found in rows if found.name is not None),
        has_second_factor=row.second_factor_at is not None,
        session_id=row.key_id,
    )


def _by_bearer(authorization: Any) -> Viewer:
    if authorization is None or authorization.type != "bearer" or not authorization.token:
        return GUEST
    rows = _read(_BY_TOKEN, authorization.token)
    now = clock.now()
    if not rows or rows[0].expires_at <= now:
        return GUEST
    row = rows[0]
    if row.last_used_at is None or now - row.last_used_at >= SEEN_EVERY:
        g.setdefault(_TOUCH, (ApiToken.last_used_at, row.key_id, now))
    return _viewer(row, now, scopes=frozenset(row.scopes))


def _viewer(row: Any, now: datetime, **more: Any) -> Viewer:
    return Viewer(
        member_id=row.member_id,
        subject_id=row.subject_id,
        handle=row.handle,
        display_name=row.display_name,
        is_minor=age_on(row.birth_date, now.date()) < ADULT_AGE,
        is_confirmed=row.confirmed_at is not None,
        is_leaving=row.leaving_at is not None,
        avatar_token=row.avatar_token,
        locale=row.locale,
        time_zone=row.time_zone,
        **more,
    )


def _read(statement: Prepared, token: str) -> Any:
    return beside.rows(statement, {"digest": secret_tokens.digest(token)})


def _note_use(response: Response) -> Response:
    """Keep "last seen" right to the hour. It runs after the commit, in a transaction of its own, and may fail."""
    touched = context.kept().pop(_TOUCH, None)
    if touched is not None:
        column, key_id, now = touched
        try:
            with database.writing() as writer:
                writer.execute(sa.update(column.class_).where(column.class_.id == key_id).values({column: now}))
        except exc.OperationalError:
            log.info("last_seen_not_noted")
    return response
