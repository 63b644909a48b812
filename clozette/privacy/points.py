"""Collection points: the closed set of places where personal data enters (requirements 1 to 3).

The policy names eleven; the registry holds those whose rooms stand. A form shows its point's notice before submit.
"""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clozette.kernel.personal import Purpose


@dataclass(frozen=True)
class CollectionPoint:
    """One place where data enters.

    :param mandatory: field names without which the deed can't be done; ``optional`` may be left empty.
    :param basis: the lawful basis, ``contract`` or ``consent``.
    :param clause: the clause of the policy that names this point.
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
    channel: str = "site"


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

POINTS = {
    "CP1": CollectionPoint(
        id="CP1",
        title=_l("Joining as a member"),
        mandatory=("email", "password", "display_name", "handle", "country", "birth_date"),
        optional=(),
        purposes=(Purpose.PROVIDE, Purpose.VERIFY, Purpose.COMMUNICATE, Purpose.ENFORCE),
        basis="contract",
        recipients=_NOBODY,
        retention=_l("as long as you have an account"),
        clause="1",
    ),
    "CP2": CollectionPoint(
        id="CP2",
        title=_l("Using the site"),
        mandatory=(),
        optional=("photos", "items", "looks", "comments", "profile"),
        purposes=(Purpose.PROVIDE, Purpose.RESPOND, Purpose.ENFORCE),
        basis="contract",
        recipients=(_l("the people you choose to share it with"),),
        retention=_l("until you delete it, or your account"),
        clause="1",
    ),
}


def purpose_names(point: CollectionPoint) -> list[str]:
    """Return a point's purposes in plain words."""
    return [str(PURPOSE_NAMES[purpose]) for purpose in point.purposes]
