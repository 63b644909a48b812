"""Writing down who gets a campaign: one row each, by one statement (in pieces on SQLite, which locks everybody out)."""

import hashlib
from datetime import datetime

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.newsletters.campaigns import recipients
from clozette.newsletters.campaigns.models import Arm, Campaign
from clozette.newsletters.sending.models import Run, Sending
from clozette.newsletters.subscriptions.models import Contact

PIECE = 20_000
_PRIME = 2**31 - 1
_HUNDRED = 100


def fill(campaign_id: int, now: datetime) -> bool:
    """Write (the next piece of) the sendings of a campaign that is being queued; say whether somebody did it just now.

    The caller commits after each call. A killed one leaves nothing, or whole pieces that are gone on from.
    """
    waiting = sa.select(Campaign).where(Campaign.id == campaign_id, Campaign.state == "queueing")
    lock = waiting.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    campaign = db.session.scalar(lock)
    if campaign is None:
        return False
    if db.session.get_bind().dialect.name == "sqlite":
        if _insert_piece(campaign):
            return True
    else:
        db.session.execute(sa.text("SET LOCAL statement_timeout = 0"))
        # Whoever is deleted at this moment is left out: the foreign key would let the whole statement fail.
        _insert(_chosen(campaign).with_for_update(of=Contact, read=True, key_share=True))
        db.session.execute(sa.text("ANALYZE newsletters_sendings"))  # or claims are planned for an empty table
    _begin(campaign)
    return True


def _begin(campaign: Campaign) -> None:
    counted = sa.select(sa.func.count()).select_from(Sending).where(Sending.campaign_id == campaign.id)
    campaign.recipients = db.session.scalars(counted).one()
    campaign.state = "running"
    if db.session.get(Run, campaign.id) is None:
        db.session.add(Run(campaign_id=campaign.id))
    db.session.flush()


def _insert_piece(campaign: Campaign) -> bool:
    """Insert the next contacts; say whether there were any."""
    last = sa.select(sa.func.max(Sending.contact_id)).where(Sending.campaign_id == campaign.id)
    chosen = _chosen(campaign)
    contact_id = chosen.selected_columns[1]
    after = db.session.scalar(last) or 0
    piece = chosen.where(contact_id > after).order_by(contact_id).limit(PIECE)
    return _insert(piece) > 0


def _insert(chosen: sa.Select[tuple[object, ...]]) -> int:
    names = ["campaign_id", "contact_id", "subscription_id", "domain", "letter", "state", "tries"]
    done = db.session.execute(sa.insert(Sending).from_select(names, chosen, include_defaults=False))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _chosen(campaign: Campaign) -> sa.Select[tuple[object, ...]]:
    selected = recipients.select_for(campaign)
    contact_id, subscription_id, domain = selected.selected_columns
    return selected.with_only_columns(
        sa.literal(campaign.id, sa.BigInteger),
        contact_id,
        subscription_id,
        domain,
        _letter(campaign, contact_id),
        sa.literal("queued"),
        sa.literal(0),
        maintain_column_froms=True,
    )


def _letter(campaign: Campaign, contact_id: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    """Return the arm of a contact; none for whoever waits for the winner (requirement 50)."""
    letters = list(db.session.scalars(sa.select(Arm.letter).where(Arm.campaign_id == campaign.id).order_by(Arm.letter)))
    if not letters:
        return sa.literal("")
    number = hashed(campaign.id, contact_id)
    arm = sa.case(
        *(((number // _HUNDRED) % len(letters) == place, letter) for place, letter in enumerate(letters)), else_=""
    )
    return sa.case((number % _HUNDRED < campaign.test_percent, arm), else_="")


def hashed(campaign_id: int, contact_id: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    """Return a number that is the same for a campaign and a contact for ever, and another for every other campaign.

    A universal hash by the campaign's own factors: any database can compute it.
    """
    made = hashlib.sha256(f"arms:{campaign_id}".encode()).digest()
    factor = 1 + int.from_bytes(made[:8]) % (_PRIME - 1)
    shift = int.from_bytes(made[8:16]) % _PRIME
    return ((contact_id % _PRIME) * factor + shift) % _PRIME
