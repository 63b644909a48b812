"""Background work of subscriptions. Arguments are ids."""

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.tasks import enqueue, task
from clozette.newsletters.subscriptions import mail, pending, services, suppressions
from clozette.newsletters.subscriptions.models import Contact, SignUp

_NO_MAIL = frozenset({"bounced", "staff"})


@task("newsletters.ask_to_confirm")
def ask_to_confirm(*, signup_id: int) -> None:
    """Mail the link while the sign-up waits; not to an address that is dead, nor to one that staff shut."""
    signup = db.session.get(SignUp, signup_id)
    if signup is None or signup.used_at is not None or signup.expires_at <= clock.now():
        return
    contact = db.session.get_one(Contact, signup.contact_id)
    if suppressions.reasons_for(contact.address_key) & _NO_MAIL:
        return
    mail.please_confirm(signup, contact, services.new_token(signup))


@task("newsletters.expire_pending")
def expire_pending() -> None:
    """Forget what nobody confirmed within a week; by the wiring page's clock."""
    if pending.run_out(clock.now()) == pending.BATCH:
        enqueue(expire_pending)  # there may be more
