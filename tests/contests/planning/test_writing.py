"""The text of the rules: all that was filled in stands in it, and nobody's words become headings."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from clozette.contests.planning.writing import text_of
from clozette.privacy.policies.reading import blocks
from tests.contests.planning.plans import CLOSES, PRIZE, SHARED, dates, plan

pytestmark = pytest.mark.requirement(74)


def test_the_same_plan_gives_the_same_bytes() -> None:
    one, other = plan("DE", "CA"), plan("DE", "CA")
    assert text_of(one) == text_of(other)
    assert one.digest() == other.digest() != plan("DE").digest()
    assert one.content()["answer_days"] == 14
    assert hashlib.sha256(text_of(one).encode()).hexdigest() != hashlib.sha256(text_of(plan("DE")).encode()).hexdigest()


def test_everything_stands_in_it() -> None:
    made = plan("DE", "IT", "XK", min_account_days=7, prizes=(replace(PRIZE, units=2),))
    text = text_of(replace(made, terms=replace(made.terms, excluded="Whoever won last year.")))
    for words in (
        "Clozette, 1 Rail Street, London (privacy@clozette.test)",
        "Linen House Ltd, 2 Mill Lane, Leeds, United Kingdom (data@linen.test)",
        "from 18 years of age who live in: Germany, Italy, Kosovo.",
        "at least 7 days old",
        "Whoever won last year.",
        "2 × A coat, worth €200.00 each, sent by us. In your size.",
        "Entries are taken until: 20 December 2026 12:00 (+0000)",
        "round 1000 of the public random numbers of drand (quicknet, chain 52db9ba70e0c)",
        "3 alternates",
        "within 3 days of the announcement",
        "14 days to answer",
        "gets of everybody who agrees: your mail address. For this: to tell you about their coats.",
        "Kept: until the end of the season, at most 90 days. A no changes nothing.",
        "Italy: Number of the notice to the ministry: What is wanted there",
    ):
        assert words in text, words


@pytest.mark.parametrize(
    ("tie_break", "words"), [("criterion", "first criterion"), ("earlier", "earlier entry"), ("draw", "by lot")]
)
def test_what_a_jury_goes_by(tie_break: str, words: str) -> None:
    made = plan(
        "DE", decided_by="jury", vote_share=20, dates=dates(votes_from=CLOSES, votes_until=CLOSES + timedelta(days=1))
    )
    text = text_of(replace(made, terms=replace(made.terms, tie_break=tie_break)))
    for said in ("- Idea (weight 2)", "Votes of members make 20 percent", "has 3 votes", words):
        assert said in text
    assert "drand" not in text


def test_a_witness_stands_in_place_of_the_public_number() -> None:
    made = plan("DE", has_witness=True)
    text = text_of(replace(made, terms=replace(made.terms, source="witness")))
    assert "a number of a witness outside" in text
    assert "drand" not in text


def test_a_needed_yes_and_a_prize_of_the_sponsor_are_said() -> None:
    text = text_of(plan("DE", shared=(replace(SHARED, is_required=True), replace(SHARED, kind="prize", prize=0))))
    assert "gets of everybody who agrees: your mail address" in text
    assert "Without a yes one can’t take part." in text
    assert "gets of winners alone: your mail address" in text


def test_nobody_s_words_become_headings() -> None:
    made = plan("DE", title="# Coats\n## Mine")
    terms = replace(made.terms, data_use="good\n\n## 99. Anything goes\n\n- all of it", excluded="# nobody")
    found = blocks(text_of(replace(made, terms=terms)))
    assert not any("Anything" in block.text for block in found if block.kind != "paragraph")
    assert [block.text for block in found if block.kind == "title"] == ["Official rules: # Coats ## Mine"]
