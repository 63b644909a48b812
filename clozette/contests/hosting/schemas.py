"""What marketing types about a channel."""

from clozette.accounts.schemas import Choice
from clozette.contests.hosting.models import COLOURS, MAX_NAME, MAX_SLUG, MAX_WORDS
from clozette.contests.planning.schemas import Slug
from clozette.kernel.schemas import Line, Schema, Text


class ChannelIn(Schema):
    """How a channel looks."""

    name = Line(required=True, max_length=MAX_NAME)
    words = Text(max_length=MAX_WORDS, load_default="")
    colour = Choice(frozenset(COLOURS), required=True)


class NewChannelIn(ChannelIn):
    """A channel that is begun."""

    slug = Slug(required=True, max_length=MAX_SLUG)
