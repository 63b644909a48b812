"""Background work of texts. Arguments are ids."""

from datetime import datetime

import structlog
from sqlalchemy.exc import OperationalError

from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.ports import sms
from clozette.kernel.tasks import checkpoint, enqueue, task
from clozette.newsletters.campaigns import mail
from clozette.newsletters.texts import answers, campaigns, codes, wording
from clozette.newsletters.texts.models import Phone, PhoneCode, TextCampaign

log = structlog.get_logger()
_SAID = {"stop": wording.stopped, "help": wording.help_, "start": wording.start}


@task("newsletters.text_code")
def text_code(*, code_id: int) -> None:
    """Text a code, while it works."""
    code = db.session.get(PhoneCode, code_id)
    if code is None or code.used_at is not None or code.expires_at <= clock.now():
        return
    words = wording.code(codes.digits_of(code), code.locale)
    sms.texter().send(sms.Text(f"code-{ids.encode(code.id)}", code.number, words))


@task("newsletters.text_answer")
def text_answer(*, phone_id: int, word: str, heard: str) -> None:
    """Answer a word that somebody texted; ``heard`` names what they texted."""
    phone = db.session.get(Phone, phone_id)
    if phone is not None and word in _SAID:
        sms.texter().send(sms.Text(f"{word}-{heard[:32]}", phone.number, _SAID[word](phone.locale)))


@task("newsletters.forget_codes")
def forget_codes() -> None:
    """Forget the codes of yesterday, and answers of long ago; by the wiring page's clock."""
    now = clock.now()
    answers.forget_old(now)
    if codes.forget_old(now) == codes.BATCH:
        enqueue(forget_codes)  # there may be more


@task("newsletters.start_due_texts")
def start_due_texts() -> None:
    """Start every campaign of texts whose time has come; each in a transaction of its own."""
    now = clock.now()
    for text_id in campaigns.due(now):
        _start(text_id, now)


def _start(text_id: int, now: datetime) -> None:
    """Start one; what fails in it asks the staff, and leaves nothing behind."""
    try:
        campaigns.come_due(text_id, now)
        checkpoint()
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others start
        db.session.rollback()
        log.error("text_not_started", campaign=ids.encode(text_id), error=type(error).__name__)
        if not isinstance(error, OperationalError):  # that is the database's: a minute later it may start
            campaigns.could_not_start(text_id, now)
        checkpoint()


@task("newsletters.tell_late_text")
def tell_late_text(*, text_id: int) -> None:
    """Ask the marketing staff what becomes of texts that were due and did not go."""
    text = db.session.get(TextCampaign, text_id)
    if text is not None and text.state == "draft" and text.send_at is not None and text.because is not None:
        mail.ask_marketing(text.title, text.because, f"/marketing/texts/{ids.encode(text.id)}")


@task("newsletters.text_test")
def text_test(*, text_id: int, phone_id: int, press: int) -> None:
    """Text a campaign to the number of whoever writes it, once for a press; it counts as no sending."""
    text, phone = db.session.get(TextCampaign, text_id), db.session.get(Phone, phone_id)
    if text is not None and phone is not None:
        words = wording.campaign(text.body, phone.locale, is_unasked=False)
        sms.texter().send(sms.Text(f"test-{ids.encode(press)}", phone.number, words))
