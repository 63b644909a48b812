"""The mail that announces a version."""

from flask import current_app
from flask_babel import force_locale, format_date
from flask_babel import gettext as _

from clozette.kernel.ports.mail import Message
from clozette.privacy.policies import questions, versions
from clozette.privacy.policies.versions import PolicyVersion
from clozette.rights.changes.queries import Reader
from clozette.settings import Settings


def announcement(reader: Reader, version: PolicyVersion) -> Message:
    """Say what will change, from when, and what is asked again; silence is said to end things, never to agree."""
    with force_locale(reader.locale):
        day = format_date(version.effective_at, "long")
        subject = (
            _("Our privacy policy changes on %(day)s", day=day)
            if version.kind == "policy"
            else _("Our terms of use change on %(day)s", day=day)
        )
        env = current_app.jinja_env
        context = {
            "subject": subject,
            "locale": reader.locale,
            "home": _address("/"),
            "version": version,
            "day": day,
            "difference": _address(_difference(version)),
            "answers": _address("/privacy/changes"),
            "questions": [one for one in questions.pending(reader.subject_id) if one.version == version],
        }
        text = env.get_template("rights/mail/policy_changes.txt").render(context)
        html = env.get_template("rights/mail/policy_changes.html").render(context)
    return Message(to=reader.address, subject=subject, text=text, html=html)


def _difference(version: PolicyVersion) -> str:
    before = versions.before(version)
    return f"/{version.kind}/{before.slug}...{version.slug}" if before else version.path


def _address(path: str) -> str:
    settings: Settings = current_app.extensions["clozette.settings"]
    return settings.base_url.rstrip("/") + path
