"""What of a mail is each reader's own: new looks of a digest, and a word for whoever has no name."""

from collections.abc import Sequence

from clozette.newsletters.campaigns import digests, tags
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.campaigns.rendering import html_escaped
from clozette.newsletters.sending.values import Recipient, Values


def values(campaign: Campaign, batch: Sequence[Recipient]) -> Values:
    """Return the personal slots of a batch of readers; whoever has nothing new gets none, and no mail."""
    arms = [text for arm in campaign.arms for text in (arm.subject_line, arm.preview_text)]
    written = [campaign.subject_line, campaign.preview_text, *arms, *tags.texts_of(campaign.blocks)]
    defaults = tags.defaults_in(written)
    found: dict[int, dict[str, str | tuple[str, str]]] = {one.contact_id: {} for one in batch}
    for reader in batch:
        for place, (name, word) in defaults.items():
            said = getattr(reader, name) or word
            found[reader.contact_id][place] = (html_escaped(said), said)
    if digests.is_personal(campaign):
        pieces = digests.pieces(campaign, [reader.subject_id for reader in batch])
        places = digests.personal_slots(campaign)
        for reader in batch:
            if reader.subject_id in pieces:
                found[reader.contact_id].update(dict.fromkeys(places, pieces[reader.subject_id]))
    return found
