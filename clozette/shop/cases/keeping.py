"""What is forgotten of a case long after its end: every word and photo; the amounts stay in the books."""

from datetime import datetime

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.media import services as media
from clozette.media.models import Photo
from clozette.shop.cases import rules
from clozette.shop.cases.models import RUNNING, Case, CaseDecision, CaseEntry, CasePhoto

_AT_ONCE = 100


def forget_old(now: datetime) -> None:
    """Forget what was said and shown in cases that ended that long ago."""
    old = sa.select(Case.id).where(Case.state.not_in(RUNNING), Case.state_at < now - rules.KEPT)
    shown = sa.select(CasePhoto.photo_id).join(CaseEntry, CaseEntry.id == CasePhoto.entry_id)
    photos = sa.select(Photo).where(Photo.id.in_(shown.where(CaseEntry.case_id.in_(old)))).limit(_AT_ONCE)
    for photo in db.session.scalars(photos).all():
        media.delete_photo(photo)
    said = sa.update(CaseEntry).where(CaseEntry.case_id.in_(old), CaseEntry.author_id.is_not(None))
    db.session.execute(said.values(words="", author_id=None).execution_options(synchronize_session=False))
    because = sa.update(CaseDecision).where(CaseDecision.case_id.in_(old), CaseDecision.reasons != "")
    db.session.execute(because.values(reasons="").execution_options(synchronize_session=False))
