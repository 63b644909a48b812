"""Whatever happens in whatever order: nobody without a standing right gets a mail, and nobody gets one twice.

Hypothesis makes up histories of asking, confirming, leaving, undoing, bouncing, complaining, erasing, withdrawing and
sending. A model in plain Python (``truth``) says who may be written to; the real engine sends, its mail server in memory.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ports import bulk_mail
from clozette.kernel.ports.bulk_mail import Letter, MemoryPost, Outcome
from clozette.kernel.refusal import Refused
from clozette.newsletters import keys
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.sending import engine, names, senders, snapshot
from clozette.newsletters.sending import services as sending
from clozette.newsletters.sending.models import Sending
from clozette.newsletters.subscriptions import pending, services, suppressions
from clozette.newsletters.subscriptions.imports import services as imports
from clozette.newsletters.subscriptions.models import Contact, Newsletter, Subscription
from clozette.privacy import consents
from clozette.rights.erasure import executor
from clozette.rights.erasure import services as erasures
from clozette.rights.erasure.models import Erasure
from tests.factories.newsletters import make_campaign, make_newsletter
from tests.newsletters.leaving.truth import SignUp, Truth, Undo
from tests.newsletters.sending.conftest import compile_for
from tests.support.application import Site

ADDRESSES = [f"{name}@example.test" for name in ("ada", "bea", "cleo")]
READERS = st.sampled_from(ADDRESSES)
NEWSLETTERS = st.sampled_from([0, 1])
THIRD = 1
CLICK = {"data": {"List-Unsubscribe": "One-Click"}}


class Killed(BaseException):
    """The worker is gone."""


class History(RuleBasedStateMachine):
    """A site, and everything that may happen to its newsletters."""

    site: Site

    def __init__(self) -> None:
        super().__init__()
        app = self.site.app
        self.time = mock.patch.object(clock, "now", self._tell_time)
        self._now = clock.now()
        self.context = app.app_context()
        self.context.push()
        self.client = app.test_client(use_cookies=False)
        self.settings = app.extensions["clozette.settings"]
        app.extensions["clozette.settings"] = replace(self.settings, news_limits="connections=1")
        found = bulk_mail.post(app)
        assert isinstance(found, MemoryPost)
        self.post, self.truth = found, Truth(third={THIRD})
        self.post.clear()
        self._new_worker()
        self.time.start()
        self.signups: list[SignUp] = []
        self.undos: list[Undo] = []
        self.got: set[tuple[str, int]] = set()

    @property
    def now(self) -> datetime:
        """Return the time, which goes on: no two things happen at once."""
        self._now += timedelta(milliseconds=1)
        return self._now

    def _tell_time(self) -> datetime:
        return self.now

    @initialize()
    def begin(self) -> None:
        """Two newsletters, one of them with offers of other companies; two of three readers get both."""
        made = [make_newsletter(), make_newsletter(is_third=True)]
        self.newsletters = [one.id for one in made]
        keys.make_ready()  # as the start of a campaign does
        for address in ADDRESSES[:2]:
            self.ask(address, {0, 1})
            self._confirm(self.signups[-1])
            self.answer_offers(address, yes=True)

    def teardown(self) -> None:
        """Send each newsletter once more: it reaches exactly whom it may."""
        db.session.rollback()
        try:
            self._let_go_on()
            for number in range(len(getattr(self, "newsletters", []))):
                self.last_campaign(number)
        finally:
            self.time.stop()
            db.session.rollback()
            self.context.pop()
            self.site.app.extensions["clozette.settings"] = self.settings
            self.site.app.extensions.pop(engine._KEY, None)
            self.site.reset()

    # what readers do

    @rule(address=READERS, newsletters=st.sets(NEWSLETTERS, min_size=1))
    def ask(self, address: str, newsletters: set[int]) -> None:
        contact = services.contact_for(address, self.now)
        names = {"first_name": "Ada", "last_name": "Mode", "locale": "en", "method": "form:test", "stamped": None}
        made = services.sign_up(contact, [self.newsletters[one] for one in sorted(newsletters)], **names, now=self.now)
        self.signups.append(SignUp(address, newsletters, services.new_token(made)))
        self.truth.ask(address, newsletters)
        db.session.commit()

    @precondition(lambda self: self.signups)
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        """Press the button in any mail that ever came, also an old one."""
        self._confirm(data.draw(st.sampled_from(self.signups)))

    def _confirm(self, chosen: SignUp) -> None:
        found = services.signup_by(chosen.token, self.now)
        assert (found is not None) == chosen.is_good
        if found is not None:
            services.confirm(found, now=self.now)
            self.truth.confirm(chosen)
        db.session.commit()

    @rule(address=READERS, newsletter=NEWSLETTERS, everything=st.booleans())
    def leave(self, address: str, newsletter: int, everything: bool) -> None:
        """By the link in a mail, over the wire."""
        found = self._subscription(address, newsletter)
        if found is None:
            return
        path = "/u/" + keys.token("leave", keys.Link(found.id, 0))
        answer = self.client.post(path, **({"data": {"leave": "all"}} if everything else CLICK), csrf=False)
        assert answer.status_code == 200
        pairs = [(address, one) for one in (0, 1) if everything or one == newsletter]
        ended = [pair for pair in pairs if pair in self.truth.known and self.truth.leave(pair)]
        new = everything and "left" not in self.truth.close_to(address)
        if everything:
            self.truth.close_to(address).add("left")
        stamp = re.search(r'name="undo" value="([^"]+)"', answer.text)
        assert bool(stamp) == bool(ended)
        if stamp:
            self.undos.append(Undo(stamp[1], path, {pair: self.truth.turns[pair] for pair in ended}, new))

    @precondition(lambda self: self.undos)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        chosen = data.draw(st.sampled_from(self.undos))
        answer = self.client.post(f"{chosen.path}/undo", data={"undo": chosen.stamp}, csrf=False)
        assert (answer.status_code == 200) == self.truth.undo(chosen)

    @rule(address=READERS, newsletter=NEWSLETTERS)
    def withdraw(self, address: str, newsletter: int) -> None:
        """On the page of consents, which knows nothing of newsletters."""
        contact = self._contact(address)
        if contact is None or (address, newsletter) not in self.truth.said_yes:
            return
        purpose = services.purpose_for(self.newsletters[newsletter])
        consents.answer(contact.subject_id, purpose, "email", "withdrawn", now=self.now, method="form:consents")
        self.truth.leave((address, newsletter))
        db.session.commit()

    @rule(address=READERS, yes=st.booleans())
    def answer_offers(self, address: str, yes: bool) -> None:
        contact = self._contact(address)
        if contact is None:
            return
        action: Any = "given" if yes else "withdrawn"
        consents.answer(contact.subject_id, "partner_offers", "email", action, now=self.now, method="form:consents")
        (self.truth.offers.add if yes else self.truth.offers.discard)(address)
        db.session.commit()

    @rule(address=READERS, happening=st.sampled_from(["bounce", "complain"]))
    def come_back(self, address: str, happening: Any) -> None:
        contact = self._contact(address)
        if contact is None:
            return
        services.come_back_wrong(contact, happening, source="dsn", now=self.now)
        self.truth.end_all(address, {"bounce": "bounced", "complain": "complained"}[happening])
        db.session.commit()

    @rule(address=READERS, step=st.sampled_from(["ask", "undo", "carry out"]))
    def erase(self, address: str, step: str) -> None:
        contact = self._contact(address)
        if contact is None:
            return
        subject_id = contact.subject_id
        if step == "undo":
            with suppress(Refused):
                erasures.undo(subject_id, now=self.now)
            self.truth.going.discard(address)
        else:
            self._ask_erasure(address, subject_id, carry_out=step == "carry out")
        db.session.commit()

    # what staff and time do

    @rule(address=READERS, shut=st.booleans())
    def suppress_by_staff(self, address: str, shut: bool) -> None:
        contact = self._contact(address)
        if contact is None:
            return
        if shut:
            services.suppress(contact, "staff", source="staff", now=self.now)
            self.truth.close_to(address).add("staff")
        else:
            suppressions.lift(contact.address_key, ["staff", "bounced"], self.now)
            self.truth.close_to(address).difference_update({"staff", "bounced"})
        db.session.commit()

    @rule(addresses=st.sets(READERS, min_size=1), newsletter=NEWSLETTERS)
    def take_in(self, addresses: set[str], newsletter: int) -> None:
        """Staff bring a list along, with its evidence."""
        rows = "".join(f"{one},Ada,Mode\n" for one in sorted(addresses))
        evidence = {"source": "a shop", "consented_on": date(2026, 3, 1), "wording": "Yes.", "made_by_id": None}
        try:
            content = f"EMAIL,FNAME,LNAME\n{rows}".encode()
            made = imports.begin(self._newsletter(newsletter), content, **evidence, now=self.now)
        except Refused:
            assert newsletter in self.truth.closed
            return
        imports.check(made.id, db.session.commit)
        imports.go(made)
        imports.run(made.id, db.session.commit, self.now)
        db.session.commit()
        for address in addresses:
            self.truth.take_in((address, newsletter))

    @rule(newsletter=NEWSLETTERS, is_open=st.booleans())
    def close(self, newsletter: int, is_open: bool) -> None:
        row = db.session.get_one(Newsletter, self.newsletters[newsletter])
        row.closed_at = None if is_open else self.now
        (self.truth.closed.discard if is_open else self.truth.closed.add)(newsletter)
        db.session.commit()

    @rule(span=st.sampled_from([timedelta(seconds=1), timedelta(hours=2), timedelta(days=8)]))
    def wait(self, span: timedelta) -> None:
        self._now += span
        if span > timedelta(hours=1):
            for undo in self.undos:
                undo.is_good = False
        if span > services.VALID:
            for signup in self.signups:
                signup.is_good = False
            pending.run_out(self.now)
            db.session.commit()
            self.truth.run_out({one for one in ADDRESSES if self._contact(one) is None})

    # campaigns

    @rule(newsletter=NEWSLETTERS, fill=st.booleans())
    def start(self, newsletter: int, fill: bool) -> None:
        campaign = make_campaign(self._newsletter(newsletter), state="queueing", started_at=self.now)
        compile_for(self.site.app, campaign)
        db.session.commit()
        while fill and snapshot.fill(campaign.id, self.now):
            db.session.commit()
        db.session.commit()

    @rule(letters=st.integers(1, 3), dead=st.none() | READERS)
    def work(self, letters: int, dead: str | None) -> None:
        """Let a worker send a few letters; one address may turn out to be dead."""
        hit = self._work(letters, dead)
        if hit:
            self.truth.end_all(hit, "bounced")

    @rule(accepted=st.booleans())
    def kill(self, accepted: bool) -> None:
        """Kill the worker while it hands a letter over, before or after the server took it."""

        def answer(letter: Letter) -> Outcome:
            if accepted:
                self.post.letters.append(letter)
            raise Killed

        self.post.answer = answer
        with suppress(Killed):
            self._step()
        db.session.rollback()
        self._new_worker()
        self._check_letters()

    @rule(pause=st.booleans())
    def pause_or_resume(self, pause: bool) -> None:
        for campaign in db.session.query(Campaign).filter(Campaign.state.in_(["queueing", "running", "paused"])):
            with suppress(Refused):
                sending.pause(campaign, "staff", self.now) if pause else sending.resume(campaign, self.now)
        db.session.commit()

    def _let_go_on(self) -> None:
        """Resume whatever stands: a new worker after a long silence holds all that is under way until staff say so."""
        senders.beat(self.now)
        self.pause_or_resume(pause=False)

    def last_campaign(self, newsletter: int) -> None:
        """Send a campaign to its end, and see that it reached exactly those whom it may."""
        campaign = make_campaign(self._newsletter(newsletter), state="queueing", started_at=self.now)
        compile_for(self.site.app, campaign)
        db.session.commit()
        for _ in range(3):
            self._work(100, None)
        rows = db.session.query(Sending).filter_by(campaign_id=campaign.id, state="sent").all()
        reached = {db.session.get_one(Contact, row.contact_id).canonical for row in rows}
        assert reached == {one for one, _ in self.truth.turns if self.truth.may_get(one, newsletter)}

    def _work(self, letters: int, dead: str | None) -> str | None:
        hit: list[str] = []
        asked = 0

        def answer(letter: Letter) -> Outcome:
            nonlocal asked
            asked += 1
            if letter.recipient == dead:
                hit.append(dead)
                return Outcome(550, "5.1.1", "rcpt")
            return Outcome(250)

        def is_ending() -> bool:
            return asked >= letters

        self.post.answer = answer
        with mock.patch.object(engine.tasks, "is_ending", is_ending):
            self._step()
        self._check_letters()
        return hit[0] if hit else None

    def _step(self) -> None:
        senders.beat(self.now)
        engine.step(self.now)
        db.session.commit()
        db.session.expire_all()

    def _check_letters(self) -> None:
        """Each letter that went out just now went to somebody who may get it, and for the first time."""
        for letter in self.post.letters:
            made = names.read_verp(letter.sender)
            assert made is not None
            campaign = db.session.get_one(Campaign, made[0])
            number = self.newsletters.index(campaign.newsletter_id)
            assert self.truth.may_get(letter.recipient, number), f"{letter.recipient} has no standing right"
            assert (letter.recipient, campaign.id) not in self.got, f"{letter.recipient} got it twice"
            self.got.add((letter.recipient, campaign.id))
        self.post.letters.clear()
        db.session.commit()

    def _new_worker(self) -> None:
        senders.forget_me(self.site.app)
        self.site.app.extensions.pop(engine._KEY, None)

    def _ask_erasure(self, address: str, subject_id: int, *, carry_out: bool) -> None:
        erasure: Erasure = erasures.ask(subject_id, via="page", now=self.now)
        self.truth.going.add(address)
        db.session.commit()
        if carry_out:
            assert executor.execute(erasure.id, now=erasure.due_at, save=db.session.commit)
            self.truth.forget(address)
            for signup in self.signups:
                signup.is_good = signup.is_good and signup.address != address
            db.session.expire_all()

    def _newsletter(self, number: int) -> Newsletter:
        return db.session.get_one(Newsletter, self.newsletters[number])

    def _contact(self, address: str) -> Contact | None:
        found: Contact | None = db.session.query(Contact).filter_by(canonical=address).one_or_none()
        return found

    def _subscription(self, address: str, newsletter: int) -> Subscription | None:
        contact = self._contact(address)
        mine = {"contact_id": contact.id, "newsletter_id": self.newsletters[newsletter]} if contact else {"id": 0}
        found: Subscription | None = db.session.query(Subscription).filter_by(**mine).one_or_none()
        return found


@contextmanager
def histories(site: Site, **options: Any) -> Iterator[None]:
    """Run made-up histories on a site."""
    kind = type("OneHistory", (History,), {"site": site})
    # Neither shrunk nor explained: a failing history is read as it is, in seconds instead of minutes.
    phases = (Phase.explicit, Phase.generate)
    quiet = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None, phases=phases, **options)
    run_state_machine_as_test(kind, settings=quiet)
    yield


@pytest.mark.timeout(600)
@pytest.mark.requirement(39, 45, 59, 61, 63, 65, 111)
def test_nobody_without_a_standing_right_gets_a_mail(site: Site, engine: str) -> None:
    number = 16 if engine == "sqlite" else 5
    with histories(site, max_examples=number, stateful_step_count=40):
        pass
