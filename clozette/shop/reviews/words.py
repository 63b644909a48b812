"""How reviews are told of."""

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clozette.community.notifications import Group, Line, Renderer
from clozette.kernel.viewer import Viewer
from clozette.shop.reviews import queries
from clozette.shop.reviews.models import Review

TOLD: Mapping[str, LazyString] = {
    "review_written": _l("The buyer or seller of “%(title)s” said how it was: say it too within fourteen days"),
    "review_shown": _l("Read what was said of you after the order of “%(title)s”"),
    "review_hidden": _l("Our staff hid your review of “%(title)s”: %(reason)s"),
}


def page_of(review: Review, *, of_author: bool) -> str:
    """Return where one side of an order reads its reviews."""
    is_sellers = (review.side == "seller") == of_author
    return f"/selling/orders/{review.order.ref}/review" if is_sellers else f"/orders/{review.order.ref}/review"


def teller(kind: str) -> Renderer:
    """Return what words the notifications of one kind."""

    def render(_viewer: Viewer, groups: Sequence[Group]) -> Mapping[int, Line]:
        reviews = queries.whole([group.object_id for group in groups])
        return {
            review.id: Line(_told(review, kind), page_of(review, of_author=kind == "review_hidden"))
            for review in reviews
        }

    return render


def _told(review: Review, kind: str) -> str:
    return str(TOLD[kind]) % {"title": review.order.lines[0].title, "reason": review.hidden_because}
