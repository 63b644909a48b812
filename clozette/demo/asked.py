"""Surveys and a promotion of the demo: one survey that is over and has its tables, one that can be answered, codes for points."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from clozette.accounts.models import Member
from clozette.contests.promotions import services as promotions
from clozette.contests.surveys import asking, queries, services
from clozette.contests.surveys.models import Survey
from clozette.contests.surveys.paths import Value
from clozette.kernel import clock

_CODES = 40
_COLOURS = ("Black", "Navy", "Camel", "Something loud")


def fill(members: Sequence[Member], now: datetime) -> None:
    """Add them; members who may answer do."""
    now = now.replace(second=0, microsecond=0)
    _over(members, now)
    _open(now)
    _promotion(now)


def _over(members: Sequence[Member], now: datetime) -> None:
    """An anonymous survey of last month, with the answers of everybody but some."""
    begun = now - timedelta(days=40)
    with clock.frozen(begun):
        survey = _survey(
            "your-one-coat", "Your one coat", begun, begun + timedelta(days=20), is_anonymous=True, min_group=5
        )
        _ask(survey, "one", "Which colour would it be?", _COLOURS, is_required=True)
        _ask(survey, "scale", "How warm do you need it?", ("a breeze", "a blizzard"))
        _publish(survey, begun)
    colour, warm = queries.questions_of(survey.id)
    for number, member in enumerate(members):
        if number % 7 == 6:
            continue
        answers = {colour.id: Value((_COLOURS[number % 5 % 2],)), warm.id: Value(number=3 + number % 3)}
        at = begun + timedelta(hours=3 + number)
        with clock.frozen(at):
            who = services.Who(member.subject_id, member.id)
            said = asking.Answer((), None, "form:survey")
            services.answer(survey, who, answers, version=survey.version, sharing_=said, now=at)


def _open(now: datetime) -> None:
    """A survey with a branch, by name and for points."""
    begun = now - timedelta(days=3)
    with clock.frozen(begun):
        survey = _survey("mend-or-part", "Mend or part?", begun, now + timedelta(days=25), points=20)
        _ask(survey, "one", "A seam opens. What do you do?", ("I mend it", "Somebody mends it", "I part with it"))
        first = queries.questions_of(survey.id)[0]
        parts = {"question": str(first.id), "any": ["I part with it"]}
        _ask(survey, "many", "Where does it go?", ("A friend", "A shop", "The bin"), section=2, show_if=parts)
        _ask(survey, "text", "What would help you to mend more?", (), section=3)
        _publish(survey, begun)


def _promotion(now: datetime) -> None:
    begun = now - timedelta(days=1)
    values = {"slug": "a-mending-kit", "title": "A mending kit", "kind": "points", "cost_points": 20}
    words = {
        "words": "Needles, thread and beeswax, for 20 points.",
        "terms": "One each, at any of our mending evenings.",
    }
    with clock.frozen(begun):
        dates = {"opens_at": begun, "closes_at": now + timedelta(days=60)}
        made = promotions.create({**values, **words, **dates}, now=begun)
        promotions.add_codes(made, (), make=_CODES)
        promotions.publish(made, version=made.version, now=begun)


def _survey(slug: str, title: str, opens_at: datetime, closes_at: datetime, **more: Any) -> Survey:
    values = {"slug": slug, "title": title, "opens_at": opens_at, "closes_at": closes_at, "language": "en"}
    return services.create(values | more, now=opens_at)


def _ask(survey: Survey, kind: str, words: str, options: Sequence[str], **more: Any) -> None:
    place = len(queries.questions_of(survey.id)) + 1
    values = {"kind": kind, "words": words, "options": list(options), "position": place, "section": 1} | more
    services.put_question(survey, None, values, version=survey.version)


def _publish(survey: Survey, now: datetime) -> None:
    services.publish(survey, version=survey.version, now=now)
