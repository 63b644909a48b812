"""A form's schema: made once where nothing but its class decides what it is."""

import marshmallow as ma

from clozette.kernel.web.forms import made


class _Plain(ma.Schema):
    name = ma.fields.String(required=True)


class _OfItsDay(ma.Schema):
    day = 0

    def __init__(self):
        type(self).day += 1
        super().__init__(only=["monday"] if self.day == 1 else ["tuesday"])

    monday = ma.fields.String()
    tuesday = ma.fields.String()


def test_a_plain_schema_is_made_once():
    assert made(_Plain) is made(_Plain)
    assert made(_Plain).load({"name": "Ada"}) == {"name": "Ada"}


def test_one_that_decides_by_itself_is_asked_each_time():
    assert [list(made(_OfItsDay).fields) for _ in range(2)] == [["monday"], ["tuesday"]]
