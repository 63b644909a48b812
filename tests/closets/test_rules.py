"""What the closet decides without a database: tags, lengths, colours, refusals."""

import pytest

from clozette.closets import categories, colours, measures, rules


def test_tags_are_folded_and_kept_once_in_their_order():
    assert rules.tidy_tags(["#Linen", "  party  wear ", "LINEN", "", "#", "ＷＩＤＥ"]) == [
        "linen",
        "party wear",
        "wide",
    ]


@pytest.mark.parametrize(
    ("typed", "unit", "mm"),
    [
        ("52", "cm", 520),
        ("52.5", "cm", 525),
        ("52,5", "cm", 525),
        ("20", "in", 508),
        (" 7 ", "cm", 70),
        ("0.1", "cm", 1),
    ],
)
def test_reads_a_length(typed, unit, mm):
    assert measures.parse(typed, unit) == mm


@pytest.mark.parametrize("typed", ["", "0", "-3", "1e3", "52 cm", "501", "1.2.3", "nan", "5_0", "12345"])
def test_refuses_what_is_no_length(typed):
    assert measures.parse(typed, "cm") is None


@pytest.mark.parametrize("unit", ["cm", "in"])
@pytest.mark.parametrize("locale", ["en", "id", "de"])
def test_a_length_is_read_back_as_it_was_shown(unit, locale):
    lengths = [1, 5, 254, 525, 999, 1001, 4999, 5000]
    assert [measures.parse(measures.typed(mm, unit, locale), unit) for mm in lengths] == lengths


def test_shows_both_units():
    assert measures.shown(525, "en") == "52.5 cm (20.7 in)"
    assert measures.shown(525, "de") == "52,5 cm (20,7 in)"


@pytest.mark.parametrize("code", [code for code, family in colours.FAMILIES.items() if family.swatch])
def test_a_familys_swatch_belongs_to_it(code):
    metals = {"gold": "yellow", "silver": "grey"}
    assert colours.family_of(colours.FAMILIES[code].swatch) in {code, metals.get(code)}


@pytest.mark.parametrize(
    ("colour", "family"),
    [
        ("#000000", "black"), ("#fafafa", "white"), ("#808080", "grey"), ("#e9dcc4", "beige"), ("#4b3621", "brown"),
        ("#c0102a", "red"), ("#ff8c00", "orange"), ("#ffd700", "yellow"), ("#006400", "green"), ("#000080", "navy"),
        ("#add8e6", "light_blue"), ("#800080", "purple"), ("#ffc0cb", "pink"), ("#40e0d0", "turquoise"), ("no", None),
    ],
)  # fmt: skip
def test_names_a_colour(colour, family):
    assert colours.family_of(colour) == family


def test_suggests_few_families_and_each_once():
    assert colours.families_of(["#000000", "#101010", "#c0102a", "#006400"]) == ["black", "red"]


def test_every_category_has_a_name_and_measurements_that_have_names():
    assert len(set(categories.CODES)) == len(categories.CODES)
    for code in categories.CODES:
        group, kind = categories.split(code)
        assert categories.join(group, kind) == code
        assert max(len(group), len(kind or "")) <= categories.LENGTH
        assert set(measures.of(group)) <= set(measures.LABELS)


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (lambda: rules.why_not_add(items=rules.MAX_ITEMS), "closet-full"),
        (lambda: rules.why_not_hold(0), "no-photo"),
        (lambda: rules.why_not_hold(7), "too-many-photos"),
        (lambda: rules.why_not_tag(21), "too-many-tags"),
        (lambda: rules.why_not_similar([1]), "similar"),
        (lambda: rules.why_not_publicise(archived=True), "archived"),
        (lambda: rules.why_not_style(public=False), "private"),
        (lambda: rules.why_not_acquire("owned"), "owned"),
        (lambda: rules.why_not_set_state("wished", archived=False), "wished"),
        (lambda: rules.why_not_set_state("owned", archived=True), "archived"),
        (lambda: rules.why_not_measure(["sleeve"], ["heel"]), "no-such-measurement"),
        (lambda: rules.why_not_save(seen=1, current=2), "changed-elsewhere"),
        (lambda: rules.why_not_upload(waiting=rules.MAX_UPLOADS), "too-many-uploads"),
    ],
)
def test_refuses(app, refusal, code):
    with app.test_request_context():
        assert refusal().code == code


def test_does_not_refuse_without_a_reason():
    nothing = [
        rules.why_not_add(items=rules.MAX_ITEMS - 1),
        rules.why_not_hold(1),
        rules.why_not_hold(6),
        rules.why_not_tag(20),
        rules.why_not_similar([]),
        rules.why_not_publicise(archived=False),
        rules.why_not_style(public=True),
        rules.why_not_acquire("wished"),
        rules.why_not_set_state("owned", archived=False),
        rules.why_not_measure(["heel"], ["heel", "shaft"]),
        rules.why_not_save(seen=2, current=2),
        rules.why_not_save(seen=None, current=2),
    ]
    assert nothing == [None] * len(nothing)
