"""What is looked at before a campaign starts, in the very bytes that would go out; red stops it, and says the mend.

What the words themselves lack (UNSUBSCRIBE, sender, postal address) writing refuses. The DNS is not asked here: whoever
checks has asked it before (``published``), for no transaction may hang on somebody else's server.
"""

import base64
import hashlib
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from flask import current_app
from flask_babel import gettext as _

from clozette.kernel import clock
from clozette.newsletters.campaigns import rendering
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.campaigns.rendering import BadCampaign
from clozette.newsletters.sending import authentication, dkim, keyring
from clozette.newsletters.sending.dmarc import is_aligned
from clozette.newsletters.sending.findings import Finding, Level
from clozette.newsletters.sending.message import Press, Stamp, compile_mail
from clozette.newsletters.sending.values import Recipient
from clozette.settings import Settings

LONGEST_LINE = 998
TOO_LONG = 1_000_000
COVERED = ("list-unsubscribe", "list-unsubscribe-post")
_WAYS_OUT = re.compile(rb"<https://[!-;=?-~]+>, <mailto:[!-;=?-~]+>")
_FEEDBACK = re.compile(rb"[^:\s]+:[^:\s]+:[^:\s]+:[A-Za-z0-9]{5,15}")
_INSECURE = re.compile(r"""(?:href|src)=["']http://""", re.IGNORECASE)
_NO_ALT = re.compile(r"<img(?![^>]*\balt=)[^>]*>", re.IGNORECASE)
_FIELD = re.compile(rb"(?ms)^([\w-]+): (.*?)\r\n(?=\S|\Z)")
_Check = tuple[bool, Level, str, str]
"""Whether a fault is there, how bad that is, what it is, and its mend."""


def check(campaign: Campaign) -> list[Finding]:
    """Look at a campaign as it would go out, to a reader who is made up. What can't be made has no findings here."""
    settings: Settings = current_app.extensions["clozette.settings"]
    try:
        signer = keyring.signer(settings)
    except dkim.BadKey as error:
        mend = _("Set CLOZETTE_DKIM_KEY to a good one, or take CLOZETTE_DKIM_DOMAIN away.")
        return [Finding("red", _("Mail can't be signed: %(why)s.", why=str(error)), mend)]
    try:
        rendered = rendering.render(campaign)
    except BadCampaign:
        return []
    press = Press(compile_mail(rendered, Stamp.of(campaign), settings), campaign.id, settings, signer)
    reader = Recipient(0, 0, 0, "reader@example.test", "Reader", "Example", "en")
    raw = press.letter(reader, dict.fromkeys(press.slots, ""), clock.now()).data
    found = [*look_at(raw, rendered.html), *_of_signature(raw, signer, settings), *_of_sender(campaign, settings)]
    good = [Finding("green", _("Headers, signature and size are as they should be."))]
    return [*(found or good), *authentication.of(campaign, settings)]


def look_at(raw: bytes, html: str) -> list[Finding]:
    """Look at the bytes of one mail and its HTML."""
    checks = (*_of_headers(raw.partition(b"\r\n\r\n")[0]), *_of_body(raw, html))
    return [Finding(level, what, mend) for holds, level, what, mend in checks if holds]


def _of_headers(head: bytes) -> list[_Check]:
    fields = [(name.lower(), value) for name, value in _FIELD.findall(head + b"\r\n")]
    ways = [value for name, value in fields if name == b"list-unsubscribe"]
    posts = [value for name, value in fields if name == b"list-unsubscribe-post"]
    feedback = [value for name, value in fields if name == b"feedback-id"]
    return [
        (
            len(ways) != 1 or not _WAYS_OUT.fullmatch(ways[0]),
            "red",
            _("List-Unsubscribe is not one literal https address and one mail address."),
            _("CLOZETTE_BASE_URL must begin with https://, and CLOZETTE_BOUNCE_DOMAIN be a domain."),
        ),
        (
            posts != [b"List-Unsubscribe=One-Click"],
            "red",
            _("List-Unsubscribe-Post is not as RFC 8058 wants it."),
            _ours(),
        ),
        (
            len(feedback) != 1 or not _FEEDBACK.fullmatch(feedback[0]),
            "red",
            _("Feedback-ID is not four parts with a name of 5 to 15 letters at its end."),
            _("Set CLOZETTE_FEEDBACK_ID to 5 to 15 letters and digits."),
        ),
        (not head.isascii(), "red", _("A header is not ASCII."), _ours()),
    ]


def _of_body(raw: bytes, html: str) -> list[_Check]:
    return [
        (max(map(len, raw.split(b"\r\n"))) > LONGEST_LINE, "red", _("A line is longer than 998 bytes."), _ours()),
        (len(raw) > TOO_LONG, "red", _("The mail is larger than a megabyte."), _("Take blocks out.")),
        (bool(_INSECURE.search(html)), "red", _("A link or a picture goes over plain HTTP."), _("Use https://.")),
        (bool(_NO_ALT.search(html)), "amber", _("A picture has no words beside it."), _("Give it a description.")),
    ]


def _ours() -> str:
    said: str = _("This is a fault of ours: report it.")
    return said


def _of_signature(raw: bytes, signer: dkim.Signer | None, settings: Settings) -> list[Finding]:
    if signer is None:
        level: Level = "red" if settings.is_production else "amber"
        return [
            Finding(
                level,
                _("The mail is not signed: mailbox providers won't offer one-click, or take it for spam."),
                _(
                    "Set CLOZETTE_DKIM_DOMAIN and CLOZETTE_DKIM_KEY; clozette newsletter dns says what the DNS must hold."
                ),
            )
        ]
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    listed = dkim.parts_of(str(mail["DKIM-Signature"]))["h"].split(":")
    if not set(COVERED) <= set(listed) or not is_signed_well(raw, signer):
        return [
            Finding(
                "red",
                _("The signature does not cover the ways out, or is wrong."),
                _ours(),
            )
        ]
    return []


def _of_sender(campaign: Campaign, settings: Settings) -> list[Finding]:
    """Whether From, signature and envelope belong together (DMARC's relaxed alignment, as far as names say it)."""
    address = campaign.newsletter.sender_address or parseaddr(settings.news_from)[1]
    domain = address.rpartition("@")[2].lower()
    found = []
    if settings.dkim_domain and not is_aligned(domain, settings.dkim_domain):
        found.append(
            Finding(
                "red",
                _(
                    "The sender's domain %(domain)s is not the one that signs (%(signs)s).",
                    domain=domain,
                    signs=settings.dkim_domain,
                ),
                _("Send from that domain, or sign for the sender's: CLOZETTE_DKIM_DOMAIN."),
            )
        )
    if not is_aligned(domain, settings.bounce_domain):
        found.append(
            Finding(
                "amber",
                _(
                    "What comes back goes to %(domain)s, another domain than the sender's: SPF won't count.",
                    domain=settings.bounce_domain,
                ),
                _("Set CLOZETTE_BOUNCE_DOMAIN to the sender's domain or one below it."),
            )
        )
    if settings.is_production and domain.endswith((".test", ".example", ".invalid", ".localhost")):
        found.append(Finding("red", _("Nobody can answer to %(domain)s.", domain=domain), _("Set CLOZETTE_NEWS_FROM.")))
    return found


def is_signed_well(raw: bytes, signer: dkim.Signer) -> bool:
    """Whether our own signature holds for these bytes."""
    head, _gap, body = raw.partition(b"\r\n\r\n")
    fields = {name.lower().decode(): value for name, value in _FIELD.findall(head + b"\r\n")}
    signature = fields["dkim-signature"]
    tags = dkim.parts_of(signature.decode())
    names = dict.fromkeys(tags["h"].split(":"))
    hashed = b"".join(dkim.relaxed(name.encode(), fields[name]) + b"\r\n" for name in names)
    data = hashed + dkim.relaxed(b"dkim-signature", re.sub(rb"(?s) b=.*", b" b=", signature))
    made = base64.b64decode(tags["b"])
    try:
        if isinstance(signer.key, rsa.RSAPrivateKey):
            signer.key.public_key().verify(made, data, PKCS1v15(), hashes.SHA256())
        else:
            signer.key.public_key().verify(made, hashlib.sha256(data).digest())
    except InvalidSignature:
        return False
    return base64.b64decode(tags["bh"]) == hashlib.sha256(body).digest()
