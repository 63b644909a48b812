"""Background work with Mailchimp. One task talks at a time; whoever finds the word taken leaves it to that one."""

from collections.abc import Callable
from datetime import datetime, timedelta

from clozette.kernel import clock, ids, tasks
from clozette.kernel.database import db
from clozette.kernel.ports import mailing_list
from clozette.kernel.ports.mailing_list import PAGE, Declined, Later, MailingList
from clozette.kernel.tasks import task
from clozette.newsletters.campaigns import mail
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.mailchimp import (
    channel,
    crowds,
    forgetting,
    hearing,
    outbox,
    posting,
    reconciling,
    talk,
    wishes,
)
from clozette.newsletters.mailchimp.models import Reconciliation

AT_ONCE = 1000
_FIRST, _LONGEST = timedelta(minutes=1), timedelta(hours=6)
TALK, RECONCILE, POST = "talk", "reconcile", "post"
Cases = list[talk.Case]
Chosen = Callable[[Cases], Cases]


@task("newsletters.tell_mailchimp")
def tell_mailchimp() -> None:
    """Tell everything that waits; what fails waits on, and is tried by the next ``watch_mailchimp``."""
    _with_the_word(TALK, _tell_all)


@task("newsletters.watch_mailchimp")
def watch_mailchimp() -> None:
    """See to it that nothing waits for ever."""
    if mailing_list.is_on() and (talk.waiting(clock.now(), 1) or forgetting.waiting() or crowds.open_ones()):
        outbox.wake()


@task("newsletters.post_by_mailchimp")
def post_by_mailchimp(*, campaign_id: int) -> None:
    """Do what is next for a campaign that goes by Mailchimp; ``count_by_mailchimp`` takes up what was left."""
    _with_the_word(POST, lambda there, _: posting.carry_on(there, campaign_id))


@task("newsletters.tell_late_post")
def tell_late_post(*, campaign_id: int) -> None:
    """Ask the marketing staff whether a campaign still goes that was to be sent by Mailchimp long ago."""
    if posting.is_late(campaign_id):
        campaign = db.session.get_one(Campaign, campaign_id)
        mail.ask_marketing(campaign.title, campaign.paused_because, "/marketing/mailchimp")


@task("newsletters.count_by_mailchimp")
def count_by_mailchimp() -> None:
    """Take up what was left, and take over what Mailchimp counted."""
    if posting.unfinished() or posting.to_count(clock.now()):
        _with_the_word(POST, _count)


@task("newsletters.reconcile_with_mailchimp")
def reconcile_with_mailchimp() -> None:
    """Hold both sides against each other, and keep the report."""
    hearing.sweep(clock.now())
    _with_the_word(RECONCILE, _reconcile)


def _with_the_word(name: str, work: Callable[[MailingList, str], None]) -> None:
    holder = channel.take(name, clock.now()) if mailing_list.is_on() else None
    if holder is None:
        return
    tasks.checkpoint()
    try:
        work(mailing_list.mailing_list(), holder)
    except Later as later:
        db.session.rollback()
        channel.rest(name, str(later), clock.now())
    else:
        channel.went_well(name)
    finally:
        channel.give_back(name, holder)


def _tell_all(there: MailingList, holder: str) -> None:
    talk.name_newsletters(there)
    for forgotten_id in forgetting.waiting():
        forgetting.forget(there, forgotten_id)
        _keep(TALK, holder)
    for batch in crowds.open_ones():
        crowds.finish(there, batch)
        _keep(TALK, holder)
    _together(there, holder, crowds.leaving, crowds.end)
    _together(there, holder, crowds.resting, crowds.switch_off)
    _tell_many(there, holder)
    told = talk.waiting(clock.now(), AT_ONCE)
    for contact_id in told:
        _tell_one(there, contact_id)
        _keep(TALK, holder)
    if len(told) == AT_ONCE:
        outbox.wake()


def _together(there: MailingList, holder: str, chosen: Chosen, deed: Callable[[MailingList, Cases], None]) -> None:
    """Do to many in one call what would take one for each."""
    while len(crowds.open_ones()) < crowds.MOST_OPEN:
        cases = chosen(talk.look(talk.waiting(clock.now(), AT_ONCE), clock.now()))
        if len(cases) < crowds.MANY:
            return
        deed(there, cases)
        _keep(TALK, holder)


def _tell_many(there: MailingList, holder: str) -> None:
    """New subscribers come hundreds at a time: an import is a few calls."""
    named = wishes.interests()
    for newsletter in (one for one in wishes.open_newsletters() if ids.encode(one.id) in named):
        while True:
            cases = talk.new_ones(talk.look(talk.waiting(clock.now(), AT_ONCE), clock.now()), newsletter)
            if len(cases) < talk.FEW:
                break
            talk.tell_new(there, cases, newsletter)
            _keep(TALK, holder)
            if any(case.row.subscriber_key is None for case in cases):
                break


def _tell_one(there: MailingList, contact_id: int) -> None:
    for case in talk.look([contact_id], clock.now()):
        try:
            talk.tell(there, case)
        except Later:
            db.session.rollback()
            wait = min(_FIRST * 2 ** min(case.row.tries, 10), _LONGEST)
            talk.put_off(contact_id, clock.now() + wait)
            tasks.checkpoint()
            raise
        except Declined:
            raise AssertionError("talk.tell hears every no") from None


def _count(there: MailingList, holder: str) -> None:
    for campaign_id in posting.unfinished():
        posting.carry_on(there, campaign_id)
        _keep(POST, holder)
    for campaign_id in posting.to_count(clock.now()):
        posting.count(there, campaign_id)
        _keep(POST, holder)


def _reconcile(there: MailingList, holder: str) -> None:
    talk.name_newsletters(there)
    run, since = reconciling.begin(clock.now())
    tasks.checkpoint()
    try:
        _look_there(there, holder, run, since)
    except Later as later:
        db.session.rollback()
        reconciling.finish(run, clock.now(), problem=str(later))
        tasks.checkpoint()
        raise
    after: int | None = 0
    while after is not None:
        after = reconciling.ours(run, after, clock.now())
        _keep(RECONCILE, holder)
    reconciling.newcomers(run, clock.now())
    reconciling.finish(run, clock.now())


def _look_there(there: MailingList, holder: str, run: Reconciliation, since: datetime | None) -> None:
    offset = 0
    while True:
        members = there.changed(since, offset)
        strangers = reconciling.page(run, members, clock.now())
        _keep(RECONCILE, holder)
        for key in strangers:
            there.unsubscribe(key)
            reconciling.ended_there(run)
            tasks.checkpoint()
        _keep(RECONCILE, holder)
        if len(members) < PAGE:
            return
        offset += PAGE


def _keep(name: str, holder: str) -> None:
    """Commit, and go on if nobody else took the word."""
    if not channel.keep(name, holder, clock.now()):
        raise Later("taken")
    tasks.checkpoint()
