"""What becomes of an entry: taken back, its look gone, new rules, the close, an erasure."""

import hashlib
import re
from datetime import timedelta
from functools import partial
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask import Flask

from clozette.accounts.models import Member
from clozette.contests import facts
from clozette.contests.entering import freezing, listeners, photos, queries, rules, services, tasks
from clozette.contests.entering.asking import Answer
from clozette.contests.entering.models import Entry, Snapshot
from clozette.contests.entering.services import Sent
from clozette.contests.planning import events as contest_events
from clozette.contests.planning import life
from clozette.contests.planning.models import Contest, Prize, Rules
from clozette.contests.winning.models import Winner
from clozette.kernel import clock, events
from clozette.kernel import tasks as kernel_tasks
from clozette.kernel.database import db
from clozette.kernel.ids import encode, new_id
from clozette.kernel.ports.mail import KEY
from clozette.kernel.refusal import Refused
from clozette.kernel.tasks.perform import perform
from clozette.looks.models import LookLabel
from clozette.looks.services import drafts, publication
from clozette.media.models import Photo
from clozette.privacy import consents, disclosures
from clozette.privacy.disclosures.models import Telling
from clozette.rights.erasure import executor
from clozette.rights.erasure import services as erasures
from tests.factories.accounts import make_member, sign_in
from tests.factories.contests import make_contest, make_sharing, make_sponsor
from tests.factories.looks import make_look, viewer_of
from tests.support.client import Client, location
from tests.support.races import at_once


@pytest.fixture
def stage(app: Flask, client: Client, db_session, request: pytest.FixtureRequest) -> SimpleNamespace:
    """Give a contest that Ada entered with a yes to its sponsor (with these terms); she is signed in."""
    terms = getattr(request, "param", {})
    sponsor = make_sponsor(legal_name="Woolmark Ltd")
    contest = make_contest(sponsor=sponsor, slug="coats", title="Best coat")
    ada = make_member("ada", country="DE", created_at=clock.now() - timedelta(days=30))
    look, sharing = make_look(ada, caption="Rain", alt="A blue coat"), make_sharing(contest, sponsor, **terms)
    entry = enter(contest, ada, look, share={sharing.id})
    db_session.commit()
    sign_in(client, ada)
    return SimpleNamespace(
        contest=contest,
        sponsor=sponsor,
        ada=ada,
        look=look,
        sharing=sharing,
        entry=entry,
        path=f"/contests/coats/entries/{encode(entry.id)}",
        purpose=consents.about("sponsor", sharing.id),
    )


def enter(contest, member, look=None, share=(), **words) -> Entry:
    sent = Sent("0" * 64, f"key-{new_id()}", look, statement="Mine", answer=Answer(frozenset(share)), **words)
    with db.session.no_autoflush:
        return services.enter(contest, member, sent, now=clock.now())


def hung(session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(LookLabel))


def copies(session, entry) -> list[Photo]:
    session.expire_all()
    return [shot.photo for shot in photos.of([entry.id]).get(entry.id, [])]


def stands(stage) -> bool:
    return bool(consents.stands(stage.ada.subject_id, stage.purpose, "site"))


def close(contest, now=None) -> None:
    now = now or contest.closes_at
    assert life.move(contest, "closed", now=now)
    freezing.freeze(contest.id, now=now, save=db.session.commit)


def new_rules(contest, sha256: str = "1" * 64) -> Rules:
    text = "Other rules"
    made = Rules(
        contest_id=contest.id, number=2, language="en", content={}, text=text, sha256=sha256, made_at=clock.now()
    )
    db.session.add(made)
    db.session.flush()
    contest.rules_id = made.id
    db.session.flush()
    events.publish(contest_events.RulesChanged(contest.id, made.id))
    db.session.commit()
    return made


# ---- taken back -------------------------------------------------------------------------------------------------


@pytest.mark.requirement(73, 78)
def test_taken_back_with_everything_that_hangs_on_it(client: Client, db_session, stage) -> None:
    assert hung(db_session) == 1 and len(copies(db_session, stage.entry)) == 1 and stands(stage)
    handed_over(stage)
    db_session.commit()
    assert "Take the entry back" in client.get(stage.path).text
    for _ in range(2):
        assert location(client.post(stage.path, data={"_method": "DELETE"})) == stage.path
    db_session.expire_all()
    assert (stage.entry.state, stage.entry.left_because) == ("withdrawn", "withdrawn")
    assert hung(db_session) == 0 and copies(db_session, stage.entry) == [] and not stands(stage)
    (telling,) = db_session.scalars(sa.select(Telling)).all()
    assert telling.kind == "withdrawal"
    assert "taken back" in client.get(stage.path).text
    assert client.get("/contests/coats/entries/new").status_code == 200


def handed_over(stage) -> None:
    agreement = disclosures.Agreement(
        purpose=stage.purpose, trigger="contest", object_id=stage.contest.id, channel="site"
    )
    disclosures.disclose(
        recipient=disclosures.recipient(
            legal_name=stage.sponsor.legal_name,
            address=stage.sponsor.address,
            country=stage.sponsor.country,
            contact=stage.sponsor.contact,
            now=clock.now(),
        ),
        agreement=agreement,
        people={stage.ada.subject_id: {"accounts_members.email": stage.ada.email}},
        fields=["accounts_members.email"],
        now=clock.now(),
    )


def test_whoever_took_it_back_may_enter_anew(db_session, stage) -> None:
    services.withdraw(stage.entry, method="form:contest", now=clock.now())
    again = enter(stage.contest, stage.ada, stage.look)
    assert (again.number, again.state, stage.entry.state) == (2, "entered", "withdrawn") and hung(db_session) == 1


@pytest.mark.parametrize("change", [{"state": "closed"}, {"closes_at": clock.now() - timedelta(minutes=1)}])
def test_not_after_the_close(client: Client, db_session, stage, change: dict) -> None:
    for name, value in {"opens_at": stage.contest.opens_at - timedelta(days=2), **change}.items():
        setattr(stage.contest, name, value)
    db_session.commit()
    answer = client.post(stage.path, data={"_method": "DELETE"})
    assert answer.status_code == 409 and "entries stay as they are" in answer.text
    db_session.expire_all()
    assert stage.entry.state == "entered" and hung(db_session) == 1


def test_nobody_elses_entry(client: Client, db_session, stage) -> None:
    sign_in(client, make_member("bea"))
    assert client.post(stage.path, data={"_method": "DELETE"}).status_code == 404
    page = client.get(stage.path).text
    assert stage.entry.code.hex() not in page and "Contest entry, sponsored by Woolmark Ltd" in page


# ---- a yes that was needed is taken back ------------------------------------------------------------------------


def take_back(client: Client, stage):
    data = {"purpose": stage.purpose, "channel": "site", "action": "withdrawn"}
    return client.post("/privacy/consents", data=data)


@pytest.mark.requirement(74, 78)
@pytest.mark.parametrize("stage", [{"is_required": True}, {"is_required": False}], indirect=True)
def test_an_entry_goes_with_the_yes_that_it_needed(app: Flask, client: Client, db_session, stage) -> None:
    is_needed = stage.sharing.is_required
    handed_over(stage)
    kernel_tasks.drain(app)
    app.extensions[KEY].clear()
    page = client.get("/privacy/consents").text
    assert ("your entry is taken back with it" in page) is is_needed, "said before the click"
    assert take_back(client, stage).status_code == 303
    db_session.expire_all()
    assert not stands(stage), "taking back is free"
    left = ("withdrawn", "sharing-withdrawn") if is_needed else ("entered", None)
    assert (stage.entry.state, stage.entry.left_because) == left
    assert [one.kind for one in db_session.scalars(sa.select(Telling))] == ["withdrawal"], "one task for the sponsor"
    kernel_tasks.drain(app)
    mails = [mail.text for mail in app.extensions[KEY].messages if mail.to == stage.ada.email]
    assert ["can’t be entered without" in text for text in mails] == [True] * is_needed
    if is_needed:
        assert client.get("/contests/coats/entries/new").status_code == 200, "one may enter again"
        assert take_back(client, stage).status_code in (303, 409)


@pytest.mark.requirement(74, 78)
@pytest.mark.parametrize("by", ["late", "signal", "other"])
@pytest.mark.parametrize("stage", [{"is_required": True}], indirect=True)
def test_an_entry_stays_without_the_yes(client: Client, db_session, stage, by: str) -> None:
    if by == "late":
        close(stage.contest)
        take_back(client, stage)
    else:
        who = stage.ada.subject_id
        method = "signal:gpc" if by == "signal" else "task:contest"
        consents.answer(who, stage.purpose, "site", "withdrawn", now=clock.now(), method=method)
    db_session.expire_all()
    assert not stands(stage) and stage.entry.state == "entered"


# ---- the look goes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["hidden", "deleted", "private"])
def test_a_look_that_goes_takes_its_entry_along(app: Flask, client: Client, db_session, stage, how: str) -> None:
    kernel_tasks.drain(app)
    app.extensions[KEY].clear()
    match how:
        case "hidden":
            publication.hide_look(stage.look)
        case "deleted":
            publication.delete_look(stage.look)
        case "private":
            drafts.save_look(stage.look, {"visibility": "private"}, viewer_of(stage.ada), now=clock.now())
    db_session.commit()
    db_session.expire_all()
    assert (stage.entry.state, stage.entry.left_because) == ("withdrawn", "look-gone")
    assert not stands(stage) and hung(db_session) == 0
    kernel_tasks.drain(app)
    (mail,) = app.extensions[KEY].messages
    assert mail.to == stage.ada.email and "not published any more" in mail.text
    assert "takes part no more" in client.get("/notifications").text


def test_after_the_close_the_copy_counts(db_session, stage) -> None:
    life.move(stage.contest, "closed", now=clock.now())
    publication.delete_look(stage.look)
    db_session.commit()
    freezing.freeze(stage.contest.id, now=clock.now(), save=db_session.commit)
    db_session.expire_all()
    assert stage.entry.state == "entered" and stage.entry.locked_sha256
    assert len(copies(db_session, stage.entry)) == 1 and snapshot(db_session).caption == "Rain"


def test_an_entry_that_was_fixed_meanwhile_stays(db_session, stage, monkeypatch: pytest.MonkeyPatch) -> None:
    leave = services.leave

    def closed_before(*args, **named) -> bool:
        close(stage.contest)
        return leave(*args, **named)

    monkeypatch.setattr(services, "leave", closed_before)
    publication.hide_look(stage.look)
    db_session.expire_all()
    assert stage.entry.state == "entered" and stands(stage) and len(queries.frozen(stage.contest.id)) == 1


# ---- the close --------------------------------------------------------------------------------------------------


def snapshot(session) -> Snapshot:
    return session.scalars(sa.select(Snapshot).execution_options(populate_existing=True)).one()


@pytest.mark.requirement(74)
def test_the_list_at_the_close(db_session, stage) -> None:
    bea, cleo = make_member("bea", country="DE"), make_member("cleo", country="DE")
    second = enter(stage.contest, bea, make_look(bea))
    third = enter(stage.contest, cleo, make_look(cleo))
    services.withdraw(second, method="form:contest", now=clock.now())
    db_session.commit()
    assert freezing.not_frozen(stage.contest, clock.now()).code == "not_frozen"
    for _ in range(2):
        freezing.freeze(stage.contest.id, now=clock.now(), save=db_session.commit)  # still open: nothing happens
    assert facts.of(stage.contest.id, "entries") is None
    close(stage.contest)
    lines = queries.frozen(stage.contest.id)
    shown = {one.entry_id: one.sha256 for one in db_session.scalars(sa.select(Snapshot))}
    assert lines == [
        (one.number, rules.commitment("coats", one.number, one.code, shown[one.id])) for one in (stage.entry, third)
    ]
    text = "".join(f"{number} {line}\n" for number, line in lines).encode()
    stated = facts.of(stage.contest.id, "entries")
    assert stated.content == {"sha256": hashlib.sha256(text).hexdigest(), "count": 2}
    assert freezing.not_frozen(stage.contest, clock.now()) is None
    freezing.freeze(stage.contest.id, now=clock.now() + timedelta(days=1), save=db_session.commit)
    assert queries.frozen(stage.contest.id) == lines and facts.of(stage.contest.id, "entries").at == stated.at


def test_the_line_can_be_recomputed_from_the_receipt(client: Client, db_session, stage) -> None:
    close(stage.contest)
    db_session.commit()
    page = client.get(stage.path).text
    code, digest = stage.entry.code.hex(), snapshot(db_session).sha256
    line = hashlib.sha256(f"clozette entry 1\ncoats\n1\n{code}\n{digest}\n".encode()).hexdigest()
    assert code in page and digest in page and f"1 {line}" in page


def test_what_changed_before_the_close_counts(db_session, stage) -> None:
    (old,), before = copies(db_session, stage.entry), snapshot(db_session).sha256
    drafts.save_look(stage.look, {"caption": "Sun"}, viewer_of(stage.ada), now=clock.now())
    close(stage.contest)
    (new,) = copies(db_session, stage.entry)
    assert snapshot(db_session).caption == "Sun" and snapshot(db_session).sha256 != before
    assert new.id != old.id and new.sha256 == old.sha256
    drafts.save_look(stage.look, {"caption": "Snow"}, viewer_of(stage.ada), now=clock.now())
    freezing.freeze(stage.contest.id, now=clock.now(), save=db_session.commit)
    assert snapshot(db_session).caption == "Sun"


def test_what_changed_after_the_close_does_not_count(db_session, stage) -> None:
    over = stage.contest.closes_at = clock.now() - timedelta(minutes=1)
    stage.contest.opens_at = over - timedelta(days=1)
    drafts.save_look(stage.look, {"caption": "Snow"}, viewer_of(stage.ada), now=clock.now())
    life.move(stage.contest, "closed", now=clock.now())
    freezing.freeze(stage.contest.id, now=clock.now(), save=db_session.commit)
    assert snapshot(db_session).caption == "Rain" and len(copies(db_session, stage.entry)) == 1


@pytest.mark.parametrize("is_closed", [True, False])
@pytest.mark.parametrize("how", ["edited", "hidden", "deleted", "made private"])
def test_what_changed_before_and_after_the_close_counts_as_at_the_close(
    app: Flask, db_session, stage, stopped_clock, how: str, is_closed: bool
) -> None:
    stopped_clock.stop(clock.now())
    ada = viewer_of(stage.ada)
    drafts.save_look(stage.look, {"caption": "Sun", "alts": ["A hat"]}, ada, now=clock.now())
    stage.contest.closes_at = stopped_clock.forward(seconds=60)
    db_session.commit()
    stopped_clock.forward(seconds=1)
    if is_closed:
        life.move(stage.contest, "closed", now=clock.now())
    match how:
        case "edited":
            drafts.save_look(stage.look, {"caption": "Snow", "alts": ["A scarf"]}, ada, now=clock.now())
            drafts.save_look(stage.look, {"caption": "Ice"}, ada, now=clock.now())
        case "hidden":
            publication.hide_look(stage.look)
        case "deleted":
            publication.delete_look(stage.look)
        case "made private":
            drafts.save_look(stage.look, {"caption": "Snow", "visibility": "private"}, ada, now=clock.now())
    db_session.commit()
    life.move(stage.contest, "closed", now=clock.now()) if not is_closed else None
    freezing.freeze(stage.contest.id, now=stopped_clock.forward(seconds=60), save=db_session.commit)
    kept = snapshot(db_session)
    assert (kept.caption, kept.alts) == ("Sun", ["A hat"])
    assert len(queries.frozen(stage.contest.id)) == 1 and len(copies(db_session, stage.entry)) == 1


def test_killed_in_the_middle_of_the_close(db_session, stage) -> None:
    drafts.save_look(stage.look, {"caption": "Sun"}, viewer_of(stage.ada), now=clock.now())
    life.move(stage.contest, "closed", now=clock.now())
    db_session.commit()

    class Killed(Exception):
        pass

    def die() -> None:
        db_session.rollback()
        raise Killed

    with pytest.raises(Killed):
        freezing.freeze(stage.contest.id, now=clock.now(), save=die)
    assert snapshot(db_session).caption == "Rain" and facts.of(stage.contest.id, "entries") is None
    freezing.freeze(stage.contest.id, now=clock.now(), save=db_session.commit)
    assert snapshot(db_session).caption == "Sun" and facts.of(stage.contest.id, "entries").content["count"] == 1


def test_the_close_is_frozen_by_a_task(app: Flask, db_session, stage) -> None:
    life.move(stage.contest, "closed", now=clock.now())
    kernel_tasks.drain(app)
    db_session.expire_all()
    assert facts.of(stage.contest.id, "entries").content["count"] == 1


def test_two_workers_close_at_once(app: Flask, db_session, stage) -> None:
    drafts.save_look(stage.look, {"caption": "Sun"}, viewer_of(stage.ada), now=clock.now())
    life.move(stage.contest, "closed", now=clock.now())
    contest_id, now = stage.contest.id, clock.now()
    db_session.commit()
    deed = partial(freezing.freeze, contest_id, now=now, save=lambda: db.session.commit())
    assert at_once(app, *[deed] * 4) == []
    db_session.expire_all()
    assert facts.of(contest_id, "entries").content["count"] == 1 == len(queries.frozen(contest_id))
    assert len(copies(db_session, stage.entry)) == 1 and snapshot(db_session).caption == "Sun"
    line = rules.commitment("coats", 1, stage.entry.code, snapshot(db_session).sha256)
    assert queries.frozen(contest_id) == [(1, line)]


@pytest.mark.parametrize("how", ["withdrawn", "erased"])
def test_leaving_against_the_close(app: Flask, db_session, stage, how: str) -> None:
    """Whoever is in the list took part when it was made; whoever left before is not."""
    contest_id, entry_id, subject_id = stage.contest.id, stage.entry.id, stage.ada.subject_id
    now, after = clock.now(), stage.contest.closes_at
    db_session.commit()

    def go() -> None:
        if how == "erased":
            next(listeners.forget(subject_id))
        else:
            services.withdraw(db.session.get_one(Entry, entry_id), method="form:contest", now=now)

    def shut() -> None:
        life.move(db.session.get_one(Contest, contest_id), "closed", now=after)
        db.session.commit()
        freezing.freeze(contest_id, now=after, save=lambda: db.session.commit())

    raised = at_once(app, go, shut)
    assert {type(error) for error in raised} <= {Refused}
    db_session.expire_all()
    listed = facts.of(contest_id, "entries").content["count"]
    assert listed == len(queries.frozen(contest_id)) == (stage.entry.state == "entered")


# ---- new rules --------------------------------------------------------------------------------------------------


@pytest.mark.requirement(74)
def test_new_rules_ask_each_entrant(app: Flask, client: Client, db_session, stage) -> None:
    kernel_tasks.drain(app)
    app.extensions[KEY].clear()
    stage.sharing.replaced_at = clock.now()
    other = make_sponsor(legal_name="Linen GmbH")
    sharing = make_sharing(stage.contest, other)
    stage.contest.sponsor_id = other.id
    made = new_rules(stage.contest)
    kernel_tasks.drain(app)
    (mail,) = app.extensions[KEY].messages
    assert mail.to == stage.ada.email and "changed after you entered" in mail.text
    assert "Do you stay in?" in client.get("/notifications").text
    page = client.get(stage.path).text
    assert "Linen GmbH" in page and "/rules/1...2" in page and " checked" not in page.split("<footer")[0]
    hidden = dict(re.findall(r'<input type="hidden" name="(_notice|rules)" value="([^"]+)"', page))
    typed = {**hidden, "share": encode(sharing.id)}
    assert client.post(f"{stage.path}/rules", data=typed).status_code == 422
    stale = client.post(f"{stage.path}/rules", data={**typed, "accept": "true", "rules": "0" * 64})
    assert stale.status_code == 409
    for _ in range(2):
        assert client.post(f"{stage.path}/rules", data={**typed, "accept": "true"}).status_code in (303, 409)
    db_session.expire_all()
    assert (stage.entry.state, stage.entry.rules_id, stage.entry.asked_at) == ("entered", made.id, None)
    assert consents.stands(stage.ada.subject_id, consents.about("sponsor", sharing.id), "site")
    assert db_session.scalars(sa.select(LookLabel.sponsor)).all() == ["Linen GmbH"]


@pytest.mark.requirement(74)
@pytest.mark.parametrize("late", [timedelta(days=7), timedelta(0)])
def test_without_a_yes_the_entry_is_released(app: Flask, client: Client, db_session, stage, late: timedelta) -> None:
    stage.contest.draw_at = stage.contest.closes_at = clock.now() + timedelta(days=30)
    new_rules(stage.contest)
    perform(app, "contests.release_unanswered", {})
    db_session.expire_all()
    assert stage.entry.state == "asked"
    if late:
        stage.entry.asked_at = clock.now() - late
        db_session.commit()
        perform(app, "contests.release_unanswered", {})
    else:
        close(stage.contest)
    db_session.expire_all()
    assert (stage.entry.state, stage.entry.left_because) == ("released", "rules")
    assert not stands(stage) and hung(db_session) == 0 and copies(db_session, stage.entry) == []
    if late:
        assert enter_again(stage).number == 2


def test_newer_rules_give_a_new_week(db_session, stage, monkeypatch: pytest.MonkeyPatch) -> None:
    new_rules(stage.contest)
    stage.entry.asked_at = clock.now() - timedelta(days=8)
    db_session.commit()
    leave = services.leave

    def asked_again_before(*args, **named) -> bool:
        stage.entry.asked_at = clock.now()
        db_session.flush()
        return leave(*args, **named)

    monkeypatch.setattr(services, "leave", asked_again_before)
    over = Entry.asked_at <= clock.now() - timedelta(days=7)
    freezing.release(over, because="rules", now=clock.now(), save=db_session.commit)
    assert stage.entry.state == "asked" and stands(stage)


def enter_again(stage) -> Entry:
    sent = Sent("1" * 64, "another-key", stage.look)
    return services.enter(stage.contest, stage.ada, sent, now=clock.now())


def test_an_answer_after_the_close_is_too_late(db_session, stage) -> None:
    new_rules(stage.contest)
    late = stage.contest.closes_at
    with pytest.raises(Refused):
        services.accept_rules(stage.entry, stage.contest, stage.ada, "1" * 64, Answer(), now=late)
    assert stage.entry.state == "asked"


# ---- the end ----------------------------------------------------------------------------------------------------


def test_a_cancelled_contest_lets_everybody_go(app: Flask, client: Client, db_session, stage) -> None:
    life.move(stage.contest, "cancelled", now=clock.now())
    kernel_tasks.drain(app)
    db_session.expire_all()
    assert (stage.entry.state, stage.entry.left_because) == ("released", "cancelled") and not stands(stage)
    assert hung(db_session) == 0 and any("was cancelled" in mail.text for mail in app.extensions[KEY].messages)


def test_photos_go_when_a_contest_is_long_over(db_session, stage) -> None:
    bea = make_member("bea", country="DE")
    won = enter(stage.contest, bea, make_look(bea))
    (prize,) = db_session.scalars(sa.select(Prize)).all()
    first = {"place": 1, "prize_id": prize.id, "unit": 1, "state": "received"}
    db_session.add(Winner(contest_id=stage.contest.id, entry_id=won.id, **first))
    close(stage.contest)
    stage.contest.state, stage.contest.state_at = "done", clock.now() - timedelta(days=89)
    tasks.forget_photos()
    assert len(copies(db_session, stage.entry)) == 1
    stage.contest.state_at = clock.now() - timedelta(days=91)
    db_session.flush()
    tasks.forget_photos()
    assert copies(db_session, stage.entry) == [] and len(queries.frozen(stage.contest.id)) == 2
    assert len(copies(db_session, won)) == 1


@pytest.mark.requirement(18)
@pytest.mark.parametrize("is_closed", [False, True])
def test_an_erasure(db_session, stage, is_closed: bool) -> None:
    if is_closed:
        close(stage.contest)
    lines = queries.frozen(stage.contest.id)
    erasure = erasures.ask(stage.ada.subject_id, via="page", now=clock.now())
    db_session.commit()
    executor.execute(erasure.id, now=erasure.due_at, save=db_session.commit)
    db_session.expire_all()
    entry = db_session.scalars(sa.select(Entry)).one()
    assert (entry.member_id, entry.look_id, entry.statement) == (None, None, "")
    assert entry.state == ("entered" if is_closed else "withdrawn")
    assert queries.frozen(stage.contest.id) == lines and len(lines) == is_closed
    assert db_session.scalars(sa.select(Snapshot)).all() == []
    assert db_session.scalars(sa.select(Photo)).all() == [] and db_session.scalars(sa.select(Member)).all() == []
