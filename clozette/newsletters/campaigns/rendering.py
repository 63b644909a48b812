"""A campaign as a mail: subject, preview, HTML and text, with slots where each reader's own values go.

``render`` raises with everything that is wrong at once, so that a tag nobody knows is seen by whoever writes it, and never
by a reader. What every marketing mail must say (requirement 37) is looked for in what was made, not in what went in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from babel import Locale
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup

from clozette.newsletters.campaigns import tags
from clozette.newsletters.campaigns.blocks import MAIL, PAGE, Fault, Paper, Piece, kinds
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.campaigns.slots import LINK, OPEN, PIXEL, fill, slot
from clozette.newsletters.subscriptions.models import Newsletter
from clozette.privacy.controller import Controller, controller

UNSUBSCRIBE = "UNSUBSCRIBE"
"""The word of the policy (S1 §6), in every language: whoever looks for it finds it."""
_FILLER = "\u200c\u00a0" * 40
_HIDING = ("display:none", "visibility:hidden", "font-size:0;color", "max-height:0")


@dataclass(frozen=True)
class Rendered:
    """A mail with slots."""

    subject: str
    preview: str
    html: str
    text: str


@dataclass(frozen=True)
class Draft:
    """What a mail is made from: a campaign as it is kept, or as somebody is typing it."""

    newsletter: Newsletter
    subject_line: str
    preview_text: str
    blocks: Sequence[Mapping[str, Any]]
    kind: str = "letter"
    tracks: bool = False


class BadCampaign(Exception):
    """A campaign that can't go out as it is; ``faults`` says everything that is wrong."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(fault.words for fault in faults))
        self.faults = list(faults)


def render(campaign: Campaign, letter: str = "") -> Rendered:
    """Return a campaign's mail, with the subject of one of its arms.

    :raises BadCampaign: naming every fault.
    """
    rendered, faults = attempt(draft_of(campaign, letter))
    if faults:
        raise BadCampaign(faults)
    return rendered


def draft_of(campaign: Campaign, letter: str = "") -> Draft:
    """Return what a campaign is made from, as one of its arms has it."""
    arm = next((one for one in campaign.arms if one.letter == letter), None)
    said = arm or campaign
    return Draft(
        campaign.newsletter, said.subject_line, said.preview_text, campaign.blocks, campaign.kind, campaign.tracks
    )


def attempt(draft: Draft) -> tuple[Rendered, list[Fault]]:
    """Return the mail as far as it can be made, and what is wrong with it."""
    targets: list[str] = []
    with force_locale(_language(draft.newsletter)):
        paper = Paper(base(), MAIL, _tracked(targets) if draft.tracks else str)
        subject, preview = paper.tagged(draft.subject_line), paper.tagged(draft.preview_text)
        rendered = _put_together(draft, subject, preview, pieces(draft, paper))
    return rendered, [*paper.faults, *lacking(rendered, draft)]


def pieces(draft: Draft, paper: Paper) -> list[Piece]:
    """Make every block on a paper; the paper then knows the faults."""
    made, known = [], kinds()
    paper.known = {kind.id: kind.read(draft.blocks) for kind in known.values() if kind.read}
    for number, block in enumerate(draft.blocks):
        paper.number = number
        kind = known.get(str(block.get("kind")))
        if kind is None:
            paper.wrong(_("There is no block of this kind any more."))
        elif kind.digests_only and draft.kind != "digest":
            paper.wrong(_("Only a recurring digest can have this block: it differs for every reader."))
        else:
            made.append(kind.make(block, paper))
    paper.number = None
    return made


def page_of(draft: Draft) -> Markup:
    """Return the content for the public archive: nobody's name, nothing that counts, no way to unsubscribe anybody.

    What a block showed and is not public any more is left out.
    """
    with force_locale(_language(draft.newsletter)):
        paper = Paper(base(), PAGE, shows_gone=False)
        html = Markup("\n").join(piece.html for piece in pieces(draft, paper))
    return Markup(neutral(html, draft.blocks, escape=True))  # noqa: S704 - the blocks' own HTML


def neutral(text: str, content: Any, *, escape: bool = False) -> str:
    """Return a text for everybody: a name's default where it has one, no name and no personal address elsewhere."""
    from_defaults = {place: word for place, (_name, word) in tags.defaults_in(tags.texts_of(content)).items()}
    for name in tags.NAMES:
        text = text.replace(f" {slot(name)}", slot(name))  # no blank before what follows a name that is not there
    return fill(text, from_defaults, escape=html_escaped if escape else None)


def html_escaped(text: str) -> str:
    """Return plain text as HTML."""
    return str(Markup.escape(text))


def links(campaign: Campaign) -> list[str]:
    """Return where the slots ``link:<n>`` of a campaign that tracks lead, in their order."""
    targets: list[str] = []
    with force_locale(_language(campaign.newsletter)):
        pieces(draft_of(campaign), Paper(base(), MAIL, _tracked(targets)))
    return targets


def lacking(rendered: Rendered, draft: Draft) -> list[Fault]:
    """Return what a marketing mail must say and this one does not (requirement 37)."""
    newsletter, answers_for, reader = draft.newsletter, controller(), _Reader()
    reader.feed(rendered.html)
    checks = [
        (rendered.subject.strip(), _("The mail needs a subject.")),
        (
            UNSUBSCRIBE in reader.links.get(slot("unsubscribe_url"), "") and slot("unsubscribe_url") in rendered.text,
            _("The word UNSUBSCRIBE must stand in it, as a link that everybody can see."),
        ),
        (
            newsletter.sender_name.strip() and newsletter.sender_name in reader.words,
            _("It must say who sends it: the newsletter has no sender's name."),
        ),
        (
            answers_for.address.strip() and answers_for.address in reader.words,
            _("It must name our postal address: CLOZETTE_CONTROLLER_ADDRESS is not set."),
        ),
        ("@" in newsletter.reply_to, _("It needs an address to reply to: the newsletter has none.")),
        (draft.blocks, _("There is nothing in it yet: add a block.")),
    ]
    return [Fault(None, words) for holds, words in checks if not holds]


def _put_together(draft: Draft, subject: str, preview: str, made: Sequence[Piece]) -> Rendered:
    answers_for: Controller = controller()
    newsletter = draft.newsletter
    has_page = newsletter.has_archive and draft.kind == "letter"
    facts = {
        "language": newsletter.language,
        "direction": "rtl"
        if Locale.parse(_language(newsletter), sep="_").character_order == "right-to-left"
        else "ltr",
        "title": newsletter.title,
        "subject": subject,
        "preview": preview,
        "filler": _FILLER,
        "sender": newsletter.sender_name,
        "reply_to": newsletter.reply_to,
        "controller": answers_for,
        "unsubscribe": UNSUBSCRIBE,
        **{name: slot(name) for name in tags.ADDRESSES},
        **({} if has_page else {"view_url": ""}),
        "pixel": slot(PIXEL) if draft.tracks else "",
    }
    env = current_app.jinja_env
    html = env.get_template("newsletters/mail/letter.html").render(
        **facts, content=Markup("\n").join(piece.html for piece in made)
    )
    content = "\n\n".join(piece.text for piece in made if piece.text)
    return Rendered(
        subject, preview, html, env.get_template("newsletters/mail/letter.txt").render(**facts, content=content)
    )


def _tracked(targets: list[str]) -> Callable[[str], str]:
    """Return what makes an outgoing link a slot, and notes where it leads; merge tags' addresses stay themselves."""

    def link(address: str) -> str:
        if OPEN in address or not address.startswith("https://"):
            return address
        targets.append(address)
        return slot(f"{LINK}{len(targets) - 1}")

    return link


def _language(newsletter: Newsletter) -> str:
    languages: list[str] = current_app.extensions["clozette.languages"]
    return newsletter.language if newsletter.language in languages else "en"


def base() -> str:
    """Return the beginning of every address of ours."""
    address: str = current_app.extensions["clozette.settings"].base_url
    return address.rstrip("/")


class _Reader(HTMLParser):
    """Collects what can be seen: words, and the words of each link by its address."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words = ""
        self.links: dict[str, str] = {}
        self._address: str | None = None
        self._hidden: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where a link begins, and what is hidden."""
        given = dict(attrs)
        style = (given.get("style") or "").replace(" ", "")
        if tag not in {"br", "img", "meta", "hr", "link"}:
            hidden = any(way in style for way in _HIDING) or tag in {"style", "title", "script"} or "hidden" in given
            self._hidden.append(hidden)
        if tag == "a":
            self._address = given.get("href")

    def handle_endtag(self, tag: str) -> None:
        """Note where it ends."""
        if self._hidden:
            self._hidden.pop()
        if tag == "a":
            self._address = None

    def handle_data(self, data: str) -> None:
        """Note what stands there for everybody to see."""
        if any(self._hidden):
            return
        self.words += data
        if self._address is not None:
            self.links[self._address] = self.links.get(self._address, "") + data
