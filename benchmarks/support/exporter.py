"""A process that exports members as the admin pages do, and says how long it took and how much memory it ever had.

It reads lines: a format (``csv`` …) exports in it, ``rss`` asks for the memory.
"""

import os
import resource
import secrets
import sys
import time
from datetime import date

from flask import Flask

from clozette import create_app
from clozette.accounts import secret_tokens
from clozette.accounts.models import Member, Role, SignIn
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.privacy import subjects
from clozette.rights.bulk import services
from clozette.rights.bulk.models import BulkExport, BulkFile
from clozette.rights.bulk.selection import Filter
from clozette.rights.bulk.uses import USES

ORIGIN = "https://bench.test"
USE = "law"


def main() -> None:
    """Do what the lines say."""
    app = create_app()
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        asker, token = _admin("asker")
        agrees, _ = _admin("agrees")
        db.session.commit()
    before = _resident()
    for line in sys.stdin:
        words = line.strip()
        if words == "rss":
            _say(before=before, peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        else:
            _export(app, words, asker, agrees, token)


def _export(app: Flask, style: str, asker: int, agrees: int, token: str) -> None:
    wish = services.Wish(USE, "The benchmark asks for all", style, USES[USE].columns, Filter())
    with app.app_context():
        export = services.ask(wish, by_id=asker, now=clock.now())
        services.decide(export, by_id=agrees, verdict="approved", now=clock.now())
        db.session.commit()
        address = f"/admin/exports/{ids.encode(export.id)}/file"
        export_id = export.id
    client = app.test_client()
    with client.session_transaction(base_url=ORIGIN) as session:
        session["sid"] = token
    started = time.perf_counter()
    with client.post(address, base_url=ORIGIN, headers={"Referer": ORIGIN, "Origin": ORIGIN}, buffered=False) as answer:
        assert answer.status_code == 200, answer.status
        for piece in answer.iter_encoded():
            assert piece is not None
    seconds = time.perf_counter() - started
    with app.app_context():
        file = db.session.get_one(BulkExport, export_id).downloads[0].file
        assert isinstance(file, BulkFile)
        _say(seconds=seconds, members=file.people - 2, megabytes=file.bytes / 1e6)  # but for the two admins


def _admin(handle: str) -> tuple[int, str]:
    now, token = clock.now(), secret_tokens.make()
    member = Member(
        subject_id=subjects.create(now).id,
        email=f"{handle}@example.test",
        email_canonical=f"{handle}@example.test",
        password="",
        display_name=handle,
        handle=handle,
        country="DE",
        birth_date=date(1990, 1, 1),
        created_at=now,
        confirmed_at=now,
        fs_uniquifier=secrets.token_hex(32),
    )
    db.session.add(member)
    db.session.flush()
    facts = {"method": "password+totp", "started_at": now, "last_seen_at": now, "proved_at": now}
    digest = secret_tokens.digest(token)
    db.session.add(SignIn(member_id=member.id, digest=digest, second_factor_at=now, **facts))
    db.session.add(Role(member_id=member.id, name="admin", given_at=now))
    return member.subject_id, token


def _resident() -> float:
    """Return the memory that is in use now, in MB."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024**2


def _say(**facts: float) -> None:
    print(" ".join(f"{name}={value}" for name, value in facts.items()), flush=True)


if __name__ == "__main__":
    main()
