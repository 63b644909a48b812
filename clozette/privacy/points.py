"""Collection points: the closed set of places where personal data enters (requirements 1 to 3).

The policy names eleven, and all of them stand here, with the way to write to us (CP12) and a guardian's yes (CP13)
besides; those whose rooms are not built yet are not open, and nothing can be collected there. A form shows its point's notice before submit.
"""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clozette.kernel.personal import Purpose


@dataclass(frozen=True)
class CollectionPoint:
    """One place where data enters.

    :param mandatory: field names without which the deed can't be done; ``optional`` may be left empty.
    :param basis: the lawful basis, ``contract``, ``consent`` or ``law``.
    :param clause: the clause of the policy that names this point.
    :param channels: where it is met: the ``site``, the ``app``, sites ``hosted`` for partners.
    :param is_open: whether the site collects there already.
    """

    id: str
    title: LazyString
    mandatory: tuple[str, ...]
    optional: tuple[str, ...]
    purposes: tuple[Purpose, ...]
    basis: str
    recipients: tuple[LazyString, ...]
    retention: LazyString
    clause: str
    channels: tuple[str, ...] = ("site", "app")
    is_open: bool = True


PURPOSE_NAMES = {
    Purpose.RESPOND: _l("answering you"),
    Purpose.PROVIDE: _l("running the service you use"),
    Purpose.VERIFY: _l("checking that you are you"),
    Purpose.COMMUNICATE: _l("telling you about your account"),
    Purpose.ENFORCE: _l("keeping to our rules"),
    Purpose.RESEARCH: _l("research and statistics"),
    Purpose.PROMOTE: _l("news and offers"),
    Purpose.LAW: _l("duties under the law"),
    Purpose.CONSENTED: _l("what you agreed to besides"),
}

_NOBODY = (_l("nobody outside this site"),)

_PARTNERS = (_l("the sponsor or organiser named beside the entry form, if you agree to it"),)
_SELLERS = (
    _l("the seller of what you buy"),
    _l("the courier who brings it"),
    _l("the payment provider, which alone sees your card"),
)
_UNTIL_STOPPED = _l("until you stop it; that you stopped it we remember")

_ALL = (
    CollectionPoint(
        id="CP1",
        title=_l("Joining as a member"),
        mandatory=("email", "password", "display_name", "handle", "country", "birth_date"),
        optional=(),
        purposes=(Purpose.PROVIDE, Purpose.VERIFY, Purpose.COMMUNICATE, Purpose.ENFORCE),
        basis="contract",
        recipients=_NOBODY,
        retention=_l("as long as you have an account; thirty days if you never confirm your address"),
        clause="1",
    ),
    CollectionPoint(
        id="CP2",
        title=_l("Using the site"),
        mandatory=(),
        optional=("photos", "items", "looks", "comments", "profile", "listings", "particulars_of_a_trader"),
        purposes=(Purpose.PROVIDE, Purpose.RESPOND, Purpose.ENFORCE),
        basis="contract",
        recipients=(_l("the people you choose to share it with"),),
        retention=_l("until you delete it, or your account"),
        clause="1",
        channels=("site", "app", "hosted"),
    ),
    CollectionPoint(
        id="CP3",
        title=_l("Contests, surveys and promotions"),
        mandatory=("answers",),
        optional=("contact",),
        purposes=(Purpose.PROVIDE, Purpose.RESPOND, Purpose.COMMUNICATE, Purpose.RESEARCH, Purpose.CONSENTED),
        basis="contract",
        recipients=_PARTNERS,
        retention=_l(
            "until the contest or promotion is over and its prizes are given; what you answer in a survey a year longer"
        ),
        clause="1",
        channels=("site", "app", "hosted"),
    ),
    CollectionPoint(
        id="CP4",
        title=_l("Buying something"),
        mandatory=("phone", "billing_address", "shipping_address", "card"),
        optional=(),
        purposes=(Purpose.PROVIDE, Purpose.VERIFY, Purpose.COMMUNICATE, Purpose.LAW),
        basis="contract",
        recipients=_SELLERS,
        retention=_l("as long as tax law makes us keep the books"),
        clause="1",
    ),
    CollectionPoint(
        id="CP5",
        title=_l("Mail about events and promotions"),
        mandatory=("email",),
        optional=(),
        purposes=(Purpose.PROMOTE,),
        basis="consent",
        recipients=_NOBODY,
        retention=_UNTIL_STOPPED,
        clause="1",
    ),
    CollectionPoint(
        id="CP6",
        title=_l("Text messages about events and promotions"),
        mandatory=("phone",),
        optional=(),
        purposes=(Purpose.PROMOTE,),
        basis="consent",
        recipients=(_l("the company that carries our text messages"),),
        retention=_UNTIL_STOPPED,
        clause="1",
    ),
    CollectionPoint(
        id="CP7",
        title=_l("Shopping preferences and facts about you"),
        mandatory=(),
        optional=("shopping_preferences", "demographics"),
        purposes=(Purpose.RESEARCH,),
        basis="consent",
        recipients=_NOBODY,
        retention=_l("while you agree to research, or until you delete it"),
        clause="1",
    ),
    CollectionPoint(
        id="CP8",
        title=_l("Subscribing to a newsletter"),
        mandatory=("email", "first_name", "last_name"),
        optional=(),
        purposes=(Purpose.PROMOTE, Purpose.COMMUNICATE),
        basis="consent",
        recipients=(_l("the company that carries our newsletters"),),
        retention=_UNTIL_STOPPED,
        clause="5",
    ),
    CollectionPoint(
        id="CP9",
        title=_l("Cookies"),
        mandatory=(),
        optional=("cookie",),
        purposes=(Purpose.PROVIDE, Purpose.RESEARCH),
        basis="consent",
        recipients=_NOBODY,
        retention=_l("as the page about cookies says for each"),
        clause="3",
        is_open=False,
    ),
    CollectionPoint(
        id="CP10",
        title=_l("Counting visits"),
        mandatory=(),
        optional=("page_views", "visits", "time_spent", "entry_pages", "exit_pages"),
        purposes=(Purpose.RESEARCH,),
        basis="consent",
        recipients=_NOBODY,
        retention=_l("as numbers about nobody in particular, for as long as they are of use"),
        clause="3",
        is_open=False,
    ),
    CollectionPoint(
        id="CP11",
        title=_l("Bringing your things from another platform"),
        mandatory=(),
        optional=("portfolio", "contents", "profile", "achievements"),
        purposes=(Purpose.PROVIDE, Purpose.CONSENTED),
        basis="consent",
        recipients=_NOBODY,
        retention=_l("until you delete it, or your account"),
        clause="transfer",
        channels=("site",),
        is_open=False,
    ),
    CollectionPoint(
        id="CP12",
        title=_l("Writing to us"),
        mandatory=("email", "text"),
        optional=("name", "country"),
        purposes=(Purpose.RESPOND, Purpose.VERIFY, Purpose.LAW),
        basis="contract",
        recipients=_NOBODY,
        retention=_l("until two years after we answered"),
        clause="contact",
    ),
    CollectionPoint(
        id="CP13",
        title=_l("A parent's or guardian's yes"),
        mandatory=("guardian_email", "guardian_name"),
        optional=(),
        purposes=(Purpose.VERIFY, Purpose.COMMUNICATE, Purpose.LAW),
        basis="law",
        recipients=(
            _l("the parent or guardian who reads the address: your name here, your handle, and what you ask for"),
        ),
        retention=_l(
            "a week if nobody answers, otherwise until a month after the answer counts no more; proof of a yes as long as"
            " we must be able to show it"
        ),
        clause="10",
    ),
)

POINTS: dict[str, CollectionPoint] = {point.id: point for point in _ALL}


def open_points() -> list[CollectionPoint]:
    """Return the points where something is collected today."""
    return [point for point in POINTS.values() if point.is_open]


def purpose_names(point: CollectionPoint) -> list[str]:
    """Return a point's purposes in plain words."""
    return [str(PURPOSE_NAMES[purpose]) for purpose in point.purposes]
