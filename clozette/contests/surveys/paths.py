"""What is asked of whom: the pages of a survey, and the way through them that somebody's answers lead. No database.

A question with ``show_if`` is asked of those alone who chose one of some options on an earlier page. What is not asked
needs no answer, and an answer to it counts as not given: going back and choosing otherwise leaves nothing behind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from clozette.contests.surveys.models import Question

CHOSEN_FROM = ("one", "many")
SCALE = ("1", "2", "3", "4", "5")
ENDS = (SCALE[0], SCALE[-1])
"""Those that have words."""


@dataclass(frozen=True)
class Value:
    """What was answered to one question, by its kind."""

    choices: tuple[str, ...] = ()
    number: int | None = None
    text: str = ""

    @property
    def is_given(self) -> bool:
        """Whether there is an answer."""
        return bool(self.choices or self.text) or self.number is not None


@dataclass
class Walk:
    """The way that answers lead: the questions that are ``asked``, what was ``given`` to them, what is ``wrong``."""

    asked: list[Question] = field(default_factory=list)
    given: dict[int, Value] = field(default_factory=dict)
    wrong: dict[int, str] = field(default_factory=dict)

    def of_section(self, section: int) -> list[Question]:
        """Return what is asked on one page."""
        return [question for question in self.asked if question.section == section]

    def wrong_in(self, section: int) -> dict[int, str]:
        """Return what is wrong on one page."""
        return {
            question.id: self.wrong[question.id] for question in self.of_section(section) if question.id in self.wrong
        }

    def after(self, section: int) -> int | None:
        """Return the next page on which anything is asked."""
        return min((question.section for question in self.asked if question.section > section), default=None)

    def before(self, section: int) -> int | None:
        """Return the page before, on which anything is asked."""
        return max((question.section for question in self.asked if question.section < section), default=None)


def walk(questions: Sequence[Question], typed: Mapping[int, Any]) -> Walk:
    """Go through the questions in their order.

    :param typed: what was sent, by the question's id: a word, a list of words or a number, as the form's schema read it.
    """
    way = Walk()
    for question in questions:
        if not is_asked(question, way.given):
            continue
        way.asked.append(question)
        value = _value(question, typed.get(question.id))
        if value.is_given:
            way.given[question.id] = value
        elif question.is_required:
            way.wrong[question.id] = _("Please answer this.")
    return way


def is_asked(question: Question, given: Mapping[int, Value]) -> bool:
    """Whether a question is asked of somebody who gave these answers."""
    if question.show_if is None:
        return True
    before = given.get(int(question.show_if["question"]))
    return before is not None and bool(set(before.choices) & set(question.show_if["any"]))


def faults(questions: Sequence[Question]) -> list[str]:
    """Return why a survey can't be published as it is."""
    found = [] if questions else [_("Ask at least one question.")]
    known = {question.id: question for question in questions}
    for question in questions:
        if question.kind in CHOSEN_FROM and len(question.options) < 2:
            found.append(_("“%(question)s” needs two options to choose from.", question=question.words))
        if question.kind == "scale" and len(question.options) != len(ENDS):
            found.append(_("“%(question)s” needs the words for 1 and for 5.", question=question.words))
        if question.show_if is not None and not _leads(known.get(int(question.show_if["question"])), question):
            found.append(
                _("“%(question)s” hangs on an option of an earlier page that is not there.", question=question.words)
            )
    return found


def _leads(before: Question | None, question: Question) -> bool:
    assert question.show_if is not None
    return (
        before is not None
        and before.kind in CHOSEN_FROM
        and before.section < question.section
        and bool(question.show_if["any"])
        and set(question.show_if["any"]) <= set(before.options)
    )


def _value(question: Question, typed: Any) -> Value:
    if typed is None:
        return Value()
    if question.kind == "one":
        return Value(choices=(typed,))
    if question.kind == "many":
        return Value(choices=tuple(option for option in question.options if option in typed))
    if question.kind in ("scale", "number"):
        return Value(number=int(typed))
    return Value(text=typed)
