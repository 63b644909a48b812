"""The field macros: every control has its label, its hint and its error tied to it, and shows again what was typed."""

from html.parser import HTMLParser

import pytest
from flask import render_template_string

from tests.design.conftest import TypedForm


class Reader(HTMLParser):
    """Keeps every element with its attributes, and the text of the labels."""

    def __init__(self, page):
        super().__init__()
        self.elements = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def find(self, tag, **wanted):
        found = [attrs for name, attrs in self.elements if name == tag and wanted.items() <= attrs.items()]
        assert len(found) == 1, (tag, wanted, found)
        return found[0]


@pytest.fixture
def empty(gallery):
    return Reader(gallery.get("/form").text)


@pytest.fixture
def refused(gallery):
    page = gallery.get("/form").text
    token = Reader(page).elements
    value = next(attrs["value"] for tag, attrs in token if attrs.get("name") == "csrf_token")
    answer = gallery.post("/form", data={"csrf_token": value})
    assert answer.status_code == 422
    return Reader(answer.text)


def test_ids_are_used_once(empty):
    ids = [attrs["id"] for _, attrs in empty.elements if "id" in attrs]
    assert sorted(ids) == sorted(set(ids))


def test_every_control_has_a_label(empty):
    labelled = {attrs["for"] for tag, attrs in empty.elements if tag == "label" and "for" in attrs}
    for tag, attrs in empty.elements:
        hidden = attrs.get("type") == "hidden" or attrs.get("name") in {"theme", "q"}
        if tag in {"input", "select", "textarea"} and not hidden:
            assert attrs["id"] in labelled or attrs.get("aria-label"), attrs


def test_hint_describes_its_control(empty):
    assert empty.find("input", name="name")["aria-describedby"] == "f-name-hint"
    assert empty.find("p", id="f-name-hint")
    assert "aria-invalid" not in empty.find("input", name="name")


def test_error_is_tied_and_summed_up(refused):
    control = refused.find("input", name="name")
    assert control["aria-describedby"] == "f-name-error f-name-hint"
    assert control["aria-invalid"] == "true"
    assert refused.find("p", id="f-name-error")
    assert refused.find("a", href="#f-name")
    assert refused.find("div", id="form-errors")["role"] == "alert"


def test_errors_stand_in_the_order_of_the_labels(gallery_app):
    form = TypedForm(
        errors={"other": ["Too long."], "town": ["Please fill this in."], "name": ["Please fill this in."]}
    )
    said = '{% from "parts/fields.html" import form_errors %}{{ form_errors(form, {"name": "Name", "town": "Town"}) }}'
    with gallery_app.test_request_context():
        gallery_app.preprocess_request()
        page = render_template_string(said, form=form)
    links = [attrs["href"] for tag, attrs in Reader(page).elements if tag == "a"]
    assert links == ["#f-name", "#f-town", "#f-other"]


def test_what_was_typed_is_shown_again(empty):
    assert empty.find("option", value="tee").get("selected", "no") is None
    assert empty.find("option", value="IDR").get("selected", "no") is None
    assert "selected" not in empty.find("option", value="shirt")
    assert empty.find("input", value="autumn").get("checked", "no") is None
    assert "checked" not in empty.find("input", value="spring")
    assert empty.find("input", name="style").get("checked", "no") is None
    assert empty.find("input", name="tags")["value"] == "linen, summer"


def test_typed_markup_stays_text(gallery):
    assert "&lt;b&gt;</textarea>" in gallery.get("/form").text


def test_passwords_are_never_shown_again(empty):
    assert "value" not in empty.find("input", name="password")


def test_required_is_said_and_the_rest_is_optional(gallery, empty):
    assert "required" in empty.find("input", name="name")
    assert "required" not in empty.find("input", name="tags")
    page = gallery.get("/form").text
    assert page.count("field__optional") == 9
