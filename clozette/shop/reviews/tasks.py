"""What is done about reviews after the commit, and by the clock; each order in a transaction of its own."""

import structlog

from clozette.community import notifications
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.tasks import checkpoint, task
from clozette.shop.payments import services as payments
from clozette.shop.reviews import queries, services
from clozette.shop.reviews.models import Review

log = structlog.get_logger()


@task("shop.show_reviews")
def show_reviews() -> None:
    """Show the reviews whose time has come."""
    for order_id in queries.due(clock.now()):
        checkpoint()
        try:
            payments.hold(order_id)
            services.show(order_id, clock.now())
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others go on
            db.session.rollback()
            log.error("review_not_shown", order=order_id, error=type(error).__name__)


@task("shop.tell_review_written")
def tell_review_written(*, review_id: int) -> None:
    """Tell the other side that it is their turn, and by when."""
    review = db.session.get(Review, review_id)
    if review is not None and review.about_id is not None and review.shown_at is None:
        notifications.announce(review.about_id, kind="review_written", object_id=review_id, now=clock.now())


@task("shop.tell_review_shown")
def tell_review_shown(*, review_id: int) -> None:
    """Tell whom a review is about."""
    review = db.session.get(Review, review_id)
    if review is not None and review.about_id is not None and review.hidden_at is None:
        notifications.announce(review.about_id, kind="review_shown", object_id=review_id, now=clock.now())


@task("shop.tell_review_hidden")
def tell_review_hidden(*, review_id: int) -> None:
    """Tell its author that a review was hidden, and why."""
    review = db.session.get(Review, review_id)
    if review is not None and review.author_id is not None:
        notifications.announce(review.author_id, kind="review_hidden", object_id=review_id, now=clock.now())
