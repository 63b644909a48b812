"""The couriers that a parcel may go with: companies by name, as they are told of in the log of disclosures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from flask import current_app

from clozette.settings import Settings


@dataclass(frozen=True)
class Courier:
    """A company that carries parcels.

    :param contact: where it takes requests about personal data.
    :param track: the address of its page about a parcel, with ``{}`` for the number; or of the page that asks for one.
    """

    name: str
    legal_name: str
    address: str
    country: str
    contact: str
    track: str

    def page_of(self, tracking: str) -> str:
        """Return where a parcel is followed."""
        return self.track.format(quote(tracking, safe=""))


_KNOWN: Mapping[str, Courier] = {
    "dhl": Courier(
        "DHL / Deutsche Post",
        "Deutsche Post AG",
        "Charles-de-Gaulle-Straße 20, 53113 Bonn",
        "DE",
        "https://www.dhl.de/datenschutz",
        "https://www.dhl.de/de/privatkunden/pakete-empfangen/verfolgen.html?piececode={}",
    ),
    "dpd": Courier(
        "DPD",
        "DPD Deutschland GmbH",
        "Wailandtstraße 1, 63741 Aschaffenburg",
        "DE",
        "https://www.dpd.com/de/de/datenschutz/",
        "https://tracking.dpd.de/status/de_DE/parcel/{}",
    ),
    "fedex": Courier(
        "FedEx",
        "Federal Express Corporation",
        "3610 Hacks Cross Road, Memphis, TN 38125",
        "US",
        "https://www.fedex.com/en-us/trust-center/privacy.html",
        "https://www.fedex.com/fedextrack/?trknbr={}",
    ),
    "laposte": Courier(
        "La Poste",
        "La Poste",
        "9 rue du Colonel Pierre Avia, 75015 Paris",
        "FR",
        "https://www.laposte.fr/donnees-personnelles-et-cookies",
        "https://www.laposte.fr/outils/suivre-vos-envois?code={}",
    ),
    "royalmail": Courier(
        "Royal Mail",
        "Royal Mail Group Limited",
        "185 Farringdon Road, London EC1A 1AA",
        "GB",
        "https://www.royalmail.com/privacy-notice",
        "https://www.royalmail.com/track-your-item#/tracking-results/{}",
    ),
    "singpost": Courier(
        "Singapore Post",
        "Singapore Post Limited",
        "10 Eunos Road 8, Singapore Post Centre, Singapore 408600",
        "SG",
        "https://www.singpost.com/privacy-policy",
        "https://www.singpost.com/track-items",
    ),
    "ups": Courier(
        "UPS",
        "United Parcel Service, Inc.",
        "55 Glenlake Parkway NE, Atlanta, GA 30328",
        "US",
        "https://www.ups.com/us/en/support/shipping-support/legal-terms-conditions/privacy-notice.page",
        "https://www.ups.com/track?tracknum={}",
    ),
}


class _Here(Mapping[str, Courier]):
    """Who carries parcels on this site: whom the settings name, or else those above."""

    def __getitem__(self, code: str) -> Courier:
        return _here()[code]

    def __iter__(self) -> Iterator[str]:
        return iter(_here())

    def __len__(self) -> int:
        return len(_here())


COURIERS: Mapping[str, Courier] = _Here()


def _here() -> Mapping[str, Courier]:
    if "clozette.shop.couriers" not in current_app.extensions:
        settings: Settings = current_app.extensions["clozette.settings"]
        named = {code: Courier(**one) for code, one in settings.couriers.items()}
        current_app.extensions["clozette.shop.couriers"] = named or _KNOWN
    here: Mapping[str, Courier] = current_app.extensions["clozette.shop.couriers"]
    return here
