"""Newsletters for programs: the same schemas, services and answers as the pages."""

from dataclasses import dataclass
from typing import Any

from clozette.accounts.access import oneself
from clozette.kernel import clock
from clozette.kernel.web import api, gate
from clozette.newsletters.subscriptions import access, queries, schemas, services
from clozette.newsletters.subscriptions.models import Newsletter, Subscription
from clozette.newsletters.subscriptions.views import account, public
from clozette.privacy import notices

blueprint = api.Blueprint("newsletters_api", __name__, description="Newsletters")
_ONE = "/newsletters/<slug>/subscription"


@dataclass(frozen=True)
class _Shown:
    """A newsletter with the words to show before anybody is asked."""

    newsletter: Newsletter

    def __getattr__(self, name: str) -> Any:
        return getattr(self.newsletter, name)

    @property
    def wording(self) -> str:
        return services.wording(self.newsletter)

    @property
    def notice(self) -> str:
        return notices.stamp(services.POINT, public.offers([self.newsletter]))


@blueprint.route("/newsletters")
@gate.everyone()
@blueprint.response(200, schemas.NewsletterOut(many=True))
def newsletters() -> list[_Shown]:
    """What one can subscribe to, each with the words to show before asking."""
    return [_Shown(one) for one in access.open_newsletters()]


@blueprint.route("/newsletters/<slug>")
@gate.everyone()
@blueprint.response(200, schemas.NewsletterOut)
def newsletter(slug: str) -> _Shown:
    """One newsletter."""
    return _Shown(access.open_newsletter(slug))


@blueprint.route("/newsletters/<slug>/subscriptions", methods=["POST"])
@gate.everyone(collects=services.POINT)
@blueprint.arguments(schemas.ApiSubscribeIn)
@blueprint.response(202, schemas.AskedOut)
def ask(data: dict[str, Any], slug: str) -> dict[str, str]:
    """Ask for a newsletter by an address: a mail goes there, and its button lets it count.

    The answer is the same for an address that is new, known or suppressed.
    """
    public.take(data, [access.open_newsletter(slug)], method="api", stamp=data["notice"])
    return {"state": "asked"}


@blueprint.route("/subscriptions")
@gate.members(scope="privacy:read")
@blueprint.response(200, schemas.SubscriptionOut(many=True))
def subscriptions() -> list[Subscription]:
    """What the member's own address is subscribed to, and was."""
    return queries.subscriptions_of(oneself(gate.viewer()).email_canonical)


@blueprint.route(_ONE, methods=["PUT"])
@gate.members(scope="privacy:write", collects=services.POINT)
@blueprint.arguments(schemas.ApiOwnIn)
@blueprint.response(200, schemas.SubscriptionOut)
def subscribe(data: dict[str, Any], slug: str) -> Subscription | None:
    """Subscribe the member's own address, which is proven: it counts at once."""
    member = oneself(gate.viewer())
    access.open_newsletter(slug)
    shown = notices.read(services.POINT, data["notice"])
    account.take(member, {**data, "newsletter": slug}, shown, method="api", source="api")
    return queries.subscription_of(member.email_canonical, slug)


@blueprint.route(_ONE, methods=["DELETE"])
@gate.members(scope="privacy:write")
@blueprint.response(204)
def leave(slug: str) -> None:
    """End it; the others go on."""
    found = queries.subscription_of(oneself(gate.viewer()).email_canonical, slug)
    if found is not None:
        services.leave(found, method="api", now=clock.now())
