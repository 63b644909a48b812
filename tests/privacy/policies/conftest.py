"""Publishing made short."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.privacy.policies import publishing, versions
from clozette.privacy.policies.rules import Draft
from clozette.privacy.policies.versions import PolicyVersion

Publish = Callable[..., PolicyVersion]


@pytest.fixture
def publish(app: Flask, db_session: Any) -> Publish:
    """Give ``publish(in_days, material={…})``: today's text with a clause more, published; ``tell=True`` tells everybody."""

    def make(
        in_days: int = 30, *, tell: bool = True, language: str = "en", kind: str = "policy", **marks: Any
    ) -> PolicyVersion:
        now = clock.now()
        present = versions.in_force("clozette.co", language, now, kind)
        draft = Draft(
            kind,
            "clozette.co",
            language,
            marks.pop("text", versions.text_of(present) + "\n## 13. More\n\nSomething new.\n"),
            marks.pop("summary", "Something new."),
            (now + timedelta(days=in_days)).date(),
            **{name: frozenset(purposes) for name, purposes in marks.items()},
        )
        made = publishing.publish(draft, now=now)
        db.session.commit()
        if tell:
            tasks.drain(app)
        return next(one for one in versions.every(kind) if one.row_id == made.row_id)

    return make
