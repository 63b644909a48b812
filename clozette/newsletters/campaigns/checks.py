"""What makes a mail look like spam, too long for a mailbox, or lead nowhere: found before it goes."""

import re
from urllib.parse import urlsplit

from flask_babel import gettext as _

from clozette.kernel import tasks
from clozette.newsletters.campaigns import linkcheck, previewing, rendering
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.campaigns.pictures import mailed
from clozette.newsletters.campaigns.pictures import services as pictures
from clozette.newsletters.sending import preflight
from clozette.newsletters.sending.findings import Finding, Level

CLIPPED = 102 * 1024
"""Where Gmail cuts a mail off, and with it the word UNSUBSCRIBE."""
HEAVY = 200 * 1024
"""A picture with more bytes takes long on a phone."""
LONG_SUBJECT = 70
_LOUD = re.compile(r"[!?]{2,}|[$€£]{2,}")
_WORDS = re.compile(
    r"\b(act now|buy now|click here|free money|100% free|no risk|winner|urgent|guaranteed|cash bonus|limited time only)\b",
    re.IGNORECASE,
)
_TAGS = re.compile(r"<(?:style|title).*?</(?:style|title)>|<[^>]+>", re.DOTALL)


def findings(campaign: Campaign, *, weighs: bool = True) -> list[Finding]:
    """Return everything found in a campaign as it is saved, the worst first.

    :param weighs: look how heavy its pictures are, too, which reads their files and stops nothing.
    """
    found: list[Finding] = []
    for letter in [arm.letter for arm in campaign.arms] or [""]:
        rendered, faults = rendering.attempt(rendering.draft_of(campaign, letter))
        found += [Finding("red", fault.words, _("Mend it in the editor.")) for fault in faults]
        mail = previewing.filled(rendered)
        found += [*_of_subject(mail.subject), *_of_content(mail.html, mail.text)]
    found += [
        *_of_links(campaign),
        *(_of_pictures(campaign) if weighs else ()),
        *preflight.check(campaign),
    ]
    return sorted(dict.fromkeys(found), key=lambda one: ("red", "amber", "green").index(one.level))


def ask_for_links(campaign: Campaign) -> None:
    """Let a task try a campaign's links."""
    tasks.enqueue(linkcheck.check_links, campaign_id=campaign.id)


def _of_subject(subject: str) -> list[Finding]:
    letters = [letter for letter in subject if letter.isalpha()]
    checks = [
        (len(subject) > LONG_SUBJECT, _("The subject is long: phones show about 40 letters."), _("Shorten it.")),
        (
            len(letters) > 8 and sum(letter.isupper() for letter in letters) > 0.7 * len(letters),
            _("The subject is in capital letters, as spam is."),
            _("Write it as a sentence."),
        ),
        (
            bool(_LOUD.search(subject)),
            _("The subject has several !, ? or currency signs in a row, as spam has."),
            _("One will do."),
        ),
        (bool(re.match(r"(re|fwd?)\s*:", subject, re.IGNORECASE)), _("The subject pretends to be an answer."), _("Take “Re:” off.")),
    ]  # fmt: skip
    return [Finding("amber", what, mend) for holds, what, mend in checks if holds]


def _of_content(html: str, text: str) -> list[Finding]:
    words = {found.group(0).lower() for found in _WORDS.finditer(text)}
    said = len(_TAGS.sub("", html).split())
    size = len(html.encode())
    checks: list[tuple[bool, Level, str, str]] = [
        (size > CLIPPED, "red", _("The mail has %(size)s kB; Gmail cuts it off at 102.", size=size // 1024), _("Take blocks out.")),
        (bool(words), "amber", _("Words that filters know from spam: %(words)s.", words=", ".join(sorted(words))), _("Say it another way.")),
        (html.count("<img") > 0 and said < 60, "amber", _("There is almost nothing but pictures in it."), _("Add some text.")),
        ("http://" in text, "amber", _("A link goes over plain HTTP."), _("Use https://.")),
    ]  # fmt: skip
    return [Finding(level, what, mend) for holds, level, what, mend in checks if holds]


def _of_pictures(campaign: Campaign) -> list[Finding]:
    """Return which pictures are slow to load on a phone."""
    found, known = [], pictures.of_blocks(campaign.blocks)
    for block in campaign.blocks:
        picture = pictures.of_block(block, known)
        size = mailed.size(picture.photo) if picture is not None else 0
        if size > HEAVY:
            what = _("The picture “%(alt)s” has %(size)s kB.", alt=str(block.get("alt", ""))[:60], size=size // 1024)
            found.append(Finding("amber", what, _("It loads slowly on a phone: take a plainer or a narrower one.")))
    return found


def _of_links(campaign: Campaign) -> list[Finding]:
    """Return what the last try of the links found; hosts of link shorteners hide where they lead, as spam does."""
    found = []
    for address in linkcheck.targets(campaign):
        state = campaign.checked_links.get(address)
        host = urlsplit(address).hostname or ""
        if state == linkcheck.BROKEN:
            found.append(
                Finding("red", _("There is no page at %(address)s.", address=address), _("Mend or remove the link."))
            )
        if state in linkcheck.DOUBTFUL:
            found.append(
                Finding("amber", _("%(address)s could not be tried.", address=address), _("Open it yourself once."))
            )
        if host in linkcheck.SHORTENERS:
            found.append(
                Finding("amber", _("%(host)s hides where its links lead.", host=host), _("Link to the page itself."))
            )
    return found
