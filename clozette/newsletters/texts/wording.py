"""The words of every text: who sends it, how to reach us, and how to end it (requirement 68)."""

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from clozette.privacy.controller import controller
from clozette.settings import Settings

ADVERTISING = "<ADV> "


def _settings() -> Settings:
    found: Settings = current_app.extensions["clozette.settings"]
    return found


def campaign(body: str, locale: str, *, is_unasked: bool) -> str:
    """Return a campaign's whole message.

    :param is_unasked: where it rests on a register's word and no consent that we can show: then it is marked.
    """
    settings = _settings()
    with force_locale(locale):
        sender, contact = settings.sms_sender, contact_of(settings)
        end = _("End: answer STOP. Help: %(contact)s", contact=contact)
    return f"{ADVERTISING if is_unasked else ''}{sender}: {body} {end}"


def code(digits: str, locale: str) -> str:
    """Return the message with a code."""
    with force_locale(locale):
        return str(
            _(
                "%(sender)s: your code is %(digits)s. It works for ten minutes. If you did not ask for it, do nothing.",
                sender=_settings().sms_sender,
                digits=digits,
            )
        )


def stopped(locale: str) -> str:
    """Return what answers STOP."""
    with force_locale(locale):
        return str(
            _(
                "%(sender)s: you get no more texts from us. To get them again: %(address)s",
                sender=_settings().sms_sender,
                address=f"{_settings().base_url}/texts",
            )
        )


def start(locale: str) -> str:
    """Return what answers START: a text alone is no consent."""
    with force_locale(locale):
        return str(
            _(
                "%(sender)s: to get texts, choose them at %(address)s",
                sender=_settings().sms_sender,
                address=f"{_settings().base_url}/texts",
            )
        )


def help_(locale: str) -> str:
    """Return what answers HELP."""
    settings = _settings()
    with force_locale(locale):
        return str(
            _(
                "%(sender)s: texts about news and offers, to people who asked for them. Answer STOP to end them."
                " Reach us: %(contact)s, %(address)s",
                sender=settings.sms_sender,
                contact=contact_of(settings),
                address=f"{settings.base_url}/contact",
            )
        )


def contact_of(settings: Settings) -> str:
    """Return where we can be reached for as long as the site is there: the number that texts come from, or the mail address."""
    return settings.sms_number or controller().contact
