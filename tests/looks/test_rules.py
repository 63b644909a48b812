"""What captions mean and what is refused: no database, no pages."""

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given
from hypothesis import strategies as st

from clozette.looks import rules
from clozette.looks.text import linked


@pytest.fixture(autouse=True)
def _words():
    """Give gettext an application to ask."""
    bare = Flask("bare")
    Babel(bare)
    with bare.test_request_context():
        yield


@pytest.mark.parametrize(
    ("caption", "tags"),
    [
        ("", []),
        ("Linen all day #linen #Summer2026", ["linen", "summer2026"]),
        ("#Été, #ÉTÉ and #été", ["été"]),
        ("#Straße #STRASSE", ["strasse"]),
        ("#夏 #ストリート #مرحبا #café", ["夏", "ストリート", "مرحبا", "café"]),
        ("#ｗｉｄｅ", ["wide"]),
        ("#1 #2026 are numbers; #90s is a tag", ["90s"]),
        ("a#b mail@x.y#z https://x.test/#part &#39; ##twice", []),
        ("(#one),#two.#three", ["one", "two", "three"]),
        ("# alone #", []),
        ("#" + "x" * 61, []),
    ],
)
def test_tags_of(caption, tags):
    assert rules.tags_of(caption) == tags


def test_tags_are_at_most_thirty():
    caption = " ".join(f"#tag{number}" for number in range(40))
    assert rules.tags_of(caption) == [f"tag{number}" for number in range(30)]


@given(st.text(max_size=200))
def test_tags_are_folded_once_and_for_all(caption):
    tags = rules.tags_of(caption)
    assert len(tags) == len(set(tags)) <= rules.MAX_TAGS
    assert all(rules.fold_tag(tag) == tag and 0 < len(tag) <= rules.TAG_LENGTH for tag in tags)


def test_linked_escapes_and_links():
    html = linked('<b>"#Été" by @Ayu_99</b> & me@home.test')
    assert str(html) == (
        '&lt;b&gt;&#34;<a href="/tags/%C3%A9t%C3%A9">#Été</a>&#34; by <a href="/@ayu_99">@Ayu_99</a>&lt;/b&gt; &amp; me@home.test'
    )


@given(st.text(max_size=200))
def test_linked_never_lets_markup_through(caption):
    text = str(linked(caption))
    assert text.count("<") == 2 * text.count("<a href=")


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"visibility": "public", "photos": 1, "removed": False}, None),
        ({"visibility": "followers", "photos": 6, "removed": False}, None),
        ({"visibility": "private", "photos": 1, "removed": False}, "private"),
        ({"visibility": "public", "photos": 0, "removed": False}, "no_photo"),
        ({"visibility": "public", "photos": 1, "removed": True}, "removed"),
    ],
)
def test_why_not_publish(facts, code):
    refusal = rules.why_not_publish(**facts)
    assert (refusal.code if refusal else None) == code


def test_minors_begin_with_their_followers_and_nobody_begins_in_public():
    assert rules.default_visibility(is_minor=True) == "followers"
    assert rules.default_visibility(is_minor=False) == "private"


def test_places_are_a_grid():
    assert rules.place(1) == (166, 166)
    assert rules.place(5) == (500, 500)
    assert rules.place(9) == (833, 833)


def test_new_tags_take_empty_places_first():
    taken = [rules.place(5), (510, 180)]
    places = rules.free_places(5, taken, 9)
    assert len(set(places)) == 9
    assert places[0] == rules.place(6)
    assert places[-2:] == [rules.place(5), rules.place(2)]
    assert rules.free_places(3, [], 1) == [rules.place(3)]


@pytest.mark.parametrize(("present", "more", "refused"), [(0, 6, False), (5, 1, False), (5, 2, True), (6, 1, True)])
def test_photos_are_at_most_six(present, more, refused):
    assert bool(rules.why_not_add_photos(present, more)) is refused


def test_alt_suggestion():
    assert rules.alt_from_items(["linen shirt in beige", "", "black boots"]) == "Linen shirt in beige, black boots"
    assert len(rules.alt_from_items(["x" * 400, "y" * 400])) == rules.ALT_LENGTH
