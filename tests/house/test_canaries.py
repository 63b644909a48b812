"""No field of a person reaches a third party outside the log, and nobody else but where it is public (requirements 73, 75, 79).

A member has a word of its own in every personal column of every declared table; whatever leaves is searched for them.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.accounts.schemas import SCOPES
from clozette.accounts.services import tokens
from clozette.contests.models import Contest, Prize, Sharing, Sponsor
from clozette.contests.sponsors import handing, sharing
from clozette.contests.sponsors.models import Fetch, SponsorPerson
from clozette.contests.sponsors.sharing import Terms
from clozette.contests.winning.models import Winner
from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.kernel.ports.mail import KEY
from clozette.kernel.web.gate import entry_of
from clozette.privacy import consents
from clozette.privacy.disclosures import departures
from clozette.privacy.disclosures.models import Handover
from tests.factories.accounts import make_member, sign_in
from tests.factories.contests import make_contest, make_sponsor
from tests.support import canaries
from tests.support.canaries import Planted
from tests.support.client import Client

pytestmark = pytest.mark.engines("sqlite")

PUBLIC = {
    "accounts_members.handle": "names the member's pages",
    "accounts_members.display_name": "stands on the profile",
    "accounts_members.bio": "stands on the profile",
}
"""What everybody may read of a member, and why."""
SHARED = {
    "contest": ["accounts_members.display_name", "accounts_members.email"],
    "statement": ["contests_entries.statement"],
    "prize": ["contests_addresses.name", "contests_addresses.line1", "contests_addresses.city"],
}


@dataclass
class Scene:
    """Who is there, and which word stands where."""

    app: Flask
    ada: Member
    planted: Planted
    contest: Contest
    sponsors: dict[str, Sponsor]
    asked: dict[str, Sharing]
    buyer: Member
    names: dict[str, str]


@pytest.fixture
def scene(app: Flask, db_session: orm.Session) -> Scene:
    """A closed contest that Ada entered and won, with three sponsors that she shares different things with."""
    ada, buyer = make_member("ada"), make_member("sponsora")
    contest = make_contest("announced")
    prize = db_session.scalars(sa.select(Prize).where(Prize.contest_id == contest.id)).one()
    known = {"contests_contests": contest.id, "contests_rules": contest.rules_id, "contests_prizes": prize.id}
    planted = canaries.plant(ada, make_member("otto"), known)
    sponsors = {name: make_sponsor(contact=f"{name}@sponsor.test") for name in SHARED}
    won = {"state": "addressed", "prize_id": prize.id, "unit": 0}
    db_session.execute(sa.update(Winner).where(Winner.id == planted.rows["contests_winners"]).values(won))
    asked = {name: ask(contest, prize, sponsors[name], name) for name in SHARED}
    for row in asked.values():
        answer(ada, row, "given")
    db_session.add(SponsorPerson(sponsor_id=sponsors["contest"].id, member_id=buyer.id, given_at=clock.now()))
    db_session.flush()
    names = {"slug": contest.slug, "handle": ada.handle}
    return Scene(app, ada, planted, contest, sponsors, asked, buyer, names)


def ask(contest: Contest, prize: Prize, sponsor: Sponsor, name: str) -> Sharing:
    kind, object_id = ("prize", prize.id) if name == "prize" else ("contest", contest.id)
    return sharing.put(kind, object_id, sponsor, Terms(SHARED[name], "to try it", "90 days", 90), now=clock.now())


def answer(member: Member, asked: Sharing, action: Any) -> None:
    consents.answer(member.subject_id, sharing.purpose_of(asked), "site", action, now=clock.now(), method="form:test")


def fetched(scene: Scene, name: str, form: str) -> tuple[bytes, Handover]:
    handout = handing.prepare(
        scene.asked[name], reason="to try it", means="file", form=form, by_id=scene.buyer.subject_id, now=clock.now()
    )
    payload = handing.fetch(handout, by_id=scene.buyer.subject_id, now=clock.now()).payload
    logged = sa.select(Handover).join(Fetch, Fetch.handover_id == Handover.id).where(Fetch.handout_id == handout.id)
    return payload, db.session.scalars(logged).one()


def test_every_personal_table_has_its_words(scene: Scene) -> None:
    """A run that planted nothing would prove nothing."""
    tables = {name.partition(".")[0] for name in scene.planted.words}
    assert len(tables) > 60 and len(scene.planted.words) > 150
    for name in ("contests_entries.statement", "contests_addresses.phone", "accounts_members.email"):
        assert name in scene.planted.words


@pytest.mark.requirement(73, 75, 79)
@pytest.mark.parametrize("form", ["json", "csv"])
@pytest.mark.parametrize("name", SHARED)
def test_a_fetch_holds_the_fields_of_its_log_and_nothing_else(scene: Scene, name: str, form: str) -> None:
    payload, logged = fetched(scene, name, form)
    assert set(logged.fields) == set(SHARED[name])
    assert scene.planted.found_in(payload) == set(SHARED[name])
    assert departures.faults() == []
    assert logged.id not in departures.waiting()


def test_a_planted_leak_is_seen(scene: Scene) -> None:
    phone = scene.planted.words["contests_addresses.phone"]
    for leak in (phone, phone.upper(), phone.encode().hex(), json.dumps({"a": phone})):
        assert scene.planted.found_in(leak.encode()) == {"contests_addresses.phone"}


@pytest.mark.requirement(75, 78)
def test_mails_to_sponsors_name_nobody(scene: Scene) -> None:
    for name in SHARED:
        fetched(scene, name, "json")
        answer(scene.ada, scene.asked[name], "withdrawn")
    db.session.commit()
    tasks.drain(scene.app)
    theirs = {f"{name}@sponsor.test" for name in SHARED} | {scene.buyer.email}
    mails = [mail for mail in scene.app.extensions[KEY].messages if mail.to in theirs]
    assert len({mail.to for mail in mails}) == len(theirs)
    for mail in mails:
        assert not scene.planted.found_in(f"{mail.subject}{mail.text}{mail.html or ''}".encode()), mail.to


def addresses(scene: Scene) -> Iterator[str]:
    """Yield every page and file that there is about the contest, its people and their things."""
    for rule in scene.app.url_map.iter_rules():
        entry = entry_of(scene.app, rule.endpoint)
        if "GET" not in (rule.methods or ()) or entry is None or entry.who == "staff":
            continue
        values = {name: filled(scene, name) for name in rule.arguments}
        if all(values.values()):
            built = rule.build(values)
            if built is not None:
                yield built[1]


def filled(scene: Scene, name: str) -> Any:
    """Return what stands for a part of an address: a row of Ada's, or a name."""
    if name in scene.names:
        return scene.names[name]
    tables = [table for table in scene.planted.rows if table.endswith(f"_{name.removesuffix('_id')}s")]
    tables += [table for table in scene.planted.rows if table.endswith(name.removesuffix("_id").replace("y", "ies"))]
    return next((scene.planted.rows[table] for table in tables), None)


def signed_in(scene: Scene, who: str) -> tuple[Client, dict[str, str]]:
    """Return a browser, and what a program of theirs sends."""
    client = scene.app.test_client()
    assert isinstance(client, Client)
    if who == "guest":
        return client, {}
    member = scene.buyer if who == "sponsor" else make_member("bystander")
    sign_in(client, member, second_factor=True)
    token = tokens.make(member.id, name="All", scopes=SCOPES, days=30, now=clock.now())
    return client, {"Authorization": f"Bearer {token}"}


@pytest.mark.requirement(8, 73, 79)
@pytest.mark.parametrize("who", ["guest", "bystander", "sponsor"])
def test_no_page_shows_more_of_somebody_than_is_public(scene: Scene, who: str) -> None:
    fetched(scene, "contest", "json")
    client, by_token = signed_in(scene, who)
    leaks, seen, shown = {}, 0, set()
    for address in addresses(scene):
        answer = client.get(address, headers=by_token if address.startswith("/api/") else {})
        assert answer.status_code < 500, address
        found = scene.planted.found_in(answer.data)
        seen, shown = seen + (answer.status_code == 200), shown | found
        if found - PUBLIC.keys():
            leaks[address] = found - PUBLIC.keys()
    assert seen > 30 and {"accounts_members.handle", "accounts_members.bio"} <= shown, "it would prove nothing"
    assert not leaks
