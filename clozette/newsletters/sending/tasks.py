"""What sending does in the background besides the engine."""

import time

from flask import current_app

from clozette.accounts.models import Member
from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.kernel.ports import bulk_mail
from clozette.newsletters.campaigns import rendering
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.sending import keyring, throttles, values
from clozette.newsletters.sending.message import NothingNew, Press, Stamp, compile_mail
from clozette.newsletters.sending.values import Recipient
from clozette.settings import Settings

_TEST = "[Test] "


@tasks.task("newsletters.send_test")
def send_test_mail(*, campaign_id: int, member_id: int) -> None:
    """Send a campaign as it is now to a member of the staff, marked as a test; its links lead out of nothing."""
    campaign, member = db.session.get(Campaign, campaign_id), db.session.get(Member, member_id)
    if campaign is None or member is None:
        return
    settings: Settings = current_app.extensions["clozette.settings"]
    template = compile_mail(rendering.render(campaign), Stamp.of(campaign), settings)
    template.subject[0] = _TEST + template.subject[0]
    first, _, last = member.display_name.partition(" ")
    reader = Recipient(0, 0, member.subject_id, member.email, first, last, member.locale or "en")
    press = Press(template, campaign.id, settings, keyring.signer(settings))
    given = {**dict.fromkeys(press.slots, ""), **values.gather(campaign, [reader])[0]}
    try:
        letter = press.letter(reader, given, clock.now())
    except NothingNew:
        return
    tasks.after_commit(lambda: _send(letter))


@tasks.task("newsletters.sweep_paces")
def sweep_paces() -> None:
    """Forget mail domains that nothing holds back."""
    throttles.forget(clock.now())


def _send(letter: bulk_mail.Letter) -> None:
    pool = bulk_mail.post(current_app).pool(1)
    if not pool.ready(1):
        raise TimeoutError("no connection to the mail server")
    pool.submit(0, letter)
    until = time.monotonic() + bulk_mail.PATIENCE
    done = pool.collect(1.0)
    while not done and time.monotonic() < until:
        done = pool.collect(1.0)
    pool.close()
    if not done or not done[0][1].is_accepted:
        raise TimeoutError("the mail server did not take it")
