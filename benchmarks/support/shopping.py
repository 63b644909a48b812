"""A buyer's browser for benchmarks and faults: keeps its cookies, fills the address form, and presses Buy."""

import contextlib
import http.client
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from benchmarks.support import market, sites
from benchmarks.support.polls import Crowd
from clozette.kernel import ids

ADDRESS = {
    "phone": "+49 30 901820",
    "shipping_name": "Bea Miller",
    "shipping_line1": "1 High Street",
    "shipping_postcode": "10115",
    "shipping_city": "Berlin",
    "shipping_country": "DE",
    "billing": "same",
}
_FORM = re.compile(r'<form class="form" method="post" action="[^"]*/checkout">.*?</form>', re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"')
Connect = Callable[[], http.client.HTTPConnection]


@dataclass(frozen=True)
class Answer:
    """What came; status 0 if nothing did."""

    status: int
    location: str = ""
    text: str = ""


@dataclass
class Shopper:
    """Somebody of a crowd.

    :param connect: makes a connection to the site; ``origin`` is what the site calls itself.
    """

    crowd: Crowd
    one: int
    connect: Connect
    origin: str = f"https://{sites.HOST}"
    line: http.client.HTTPConnection | None = None
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        name, _, value = market.signed_in(self.crowd, self.one).partition("=")
        self.cookies.setdefault(name, value)

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self._send("GET", path, None)

    def post(self, path: str, values: Mapping[str, str]) -> Answer:
        """Send a form."""
        return self._send("POST", path, urlencode({"csrf_token": self.crowd.csrf, **values}))

    def put(self, listing_id: int) -> Answer:
        """Put something into the cart."""
        return self.post("/cart", {"listing": ids.encode(listing_id), "quantity": "1"})

    def form(self, seller_id: int) -> dict[str, str]:
        """Open the address form and fill it."""
        page = self.get(f"/checkout?seller={ids.encode(seller_id)}").text
        form = _FORM.search(page)
        if form is None:
            raise RuntimeError(f"no form: {page[:2000]}")
        return dict(_HIDDEN.findall(form[0])) | ADDRESS

    def press(self, form: Mapping[str, str]) -> Answer:
        """Press Buy."""
        return self.post("/checkout", form)

    def headers(self) -> dict[str, str]:
        """Return what is said with every request; it comes through a proxy, from a network of its own."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        behind = {"X-Forwarded-For": f"10.{self.one >> 8 & 255}.{self.one & 255}.7", "X-Forwarded-Proto": "https"}
        page = {"Referer": f"{self.origin}/checkout", "Origin": self.origin, "Accept": "text/html"}
        return {"Host": self.origin.removeprefix("https://"), "Cookie": cookie, **behind, **page}

    def close(self) -> None:
        """Close the connection."""
        if self.line is not None:
            self.line.close()
            self.line = None

    def _send(self, method: str, path: str, body: str | None) -> Answer:
        headers = self.headers()
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.line = self.line or self.connect()
        try:
            self.line.request(method, path, body, headers)
            answer = self.line.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException):
            self.close()
            return Answer(0)
        for given in answer.headers.get_all("Set-Cookie", []):
            with contextlib.suppress(ValueError):
                name, value = given.partition(";")[0].split("=", 1)
                self.cookies[name] = value
        return Answer(answer.status, answer.headers.get("Location", ""), text)


def ref_of(location: str) -> str:
    """Return the order's reference out of where a press leads."""
    return location.rpartition("/")[2]
