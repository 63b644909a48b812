"""The mail to a recipient. It holds no personal data, so it is no disclosure itself."""

from collections.abc import Iterable

from flask import current_app

from clozette.kernel.ports.mail import Message, outbox
from clozette.privacy.disclosures.models import Recipient

# In English, whoever reads it: a letter from one organisation to another, not a page of the site.
_ASKED = {
    "erasure": "Please delete everything that you hold about the people behind these references",
    "correction": "What we gave you about the people behind these references has been corrected; please ask us for it anew",
    "withdrawal": "The consent for these references was withdrawn; please stop using the data and delete it",
    "term": "The time is over for which you may keep what you hold about the people behind these references; please delete it",
}


def tell(recipient: Recipient, kind: str, references: Iterable[str]) -> None:
    """Ask a recipient to act on references; ``kind`` as tellings have it."""
    site = str(current_app.extensions["clozette.settings"].base_url)
    lines = [
        f"To {recipient.legal_name}",
        "",
        f"{_ASKED[kind]}, which are those of the files that you got from {site}:",
        "",
        *(f"  {reference}" for reference in references),
        "",
        "Please answer this mail once it is done.",
    ]
    outbox().send(Message(to=recipient.contact, subject=f"Your duty to act: {kind}", text="\n".join(lines)))
