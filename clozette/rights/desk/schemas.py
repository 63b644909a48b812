"""What people and staff type at the desk."""

from clozette.accounts.schemas import Email
from clozette.kernel.schemas import Line, Schema


class AskCodeIn(Schema):
    """Where to send a code."""

    email = Email(required=True)
    next = Line(max_length=500, load_default="")


class TypeCodeIn(Schema):
    """The digits of the mail; blanks between them don't matter."""

    code = Line(required=True, max_length=20)
    next = Line(max_length=500, load_default="")
