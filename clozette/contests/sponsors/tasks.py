"""What is done about hand-overs after the commit."""

from clozette.accounts.models import Member
from clozette.contests.sponsors import mail, queries, rules, sharing
from clozette.contests.sponsors.models import Handout, Sharing, Sponsor
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.tasks import task


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
