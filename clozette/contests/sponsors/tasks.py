"""What is done about hand-overs, and for a sponsor's people, after the commit."""

from clozette.accounts.models import Member
from clozette.contests.sponsors import duties, handing, hooks, mail, queries, rules, sharing
from clozette.contests.sponsors.models import Handout, Hook, Sharing, Sponsor, SponsorPerson
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.tasks import checkpoint, task


@task("contests.tell_sponsor")
def tell_sponsor(*, handout_id: int) -> None:
    """Mail whoever signs in for a sponsor that something can be fetched; one that is over by then is told of to nobody."""
    handout = db.session.get(Handout, handout_id)
    if handout is None or rules.why_over(handout, clock.now()) is not None:
        return
    asked = db.session.get_one(Sharing, handout.sharing_id)
    sponsor = db.session.get_one(Sponsor, asked.sponsor_id)
    for person, _handle in queries.people_of(sponsor):
        member = db.session.get_one(Member, person.member_id)
        mail.ready(member, sponsor, handout, sharing.title_of(asked.id) or "")


@task("contests.tell_let_in")
def tell_let_in(*, person_id: int) -> None:
    """Mail a member that they sign in for a sponsor; one who was let out by then is told nothing."""
    person = db.session.get(SponsorPerson, person_id)
    if person is not None and person.taken_at is None:
        member, sponsor = db.session.get_one(Member, person.member_id), db.session.get_one(Sponsor, person.sponsor_id)
        mail.let_in(member, sponsor)


@task("contests.send_handout")
def send_handout(*, handout_id: int, by_id: int) -> None:
    """Send what people share to the sponsor's own address, once."""
    handing.send(db.session.get_one(Handout, handout_id), by_id=by_id, now=clock.now(), save=checkpoint)


@task("contests.try_hook")
def try_hook(*, sponsor_id: int) -> None:
    """See whether somebody answers at a sponsor's address who knows the secret."""
    hook = db.session.get(Hook, sponsor_id)
    if hook is not None:
        hooks.prove(hook, save=checkpoint, now=clock.now())


@task("contests.end_terms")
def end_terms() -> None:
    """Ask sponsors to delete what they may keep no longer."""
    duties.end_terms(clock.now())
