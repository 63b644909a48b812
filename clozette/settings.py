"""Settings: frozen, read once from the environment (prefix ``CLOZETTE_``). Production refuses to start on a fault."""

import ipaddress
import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "CLOZETTE_"
MIN_SECRET = 32
WHOLE_NUMBERS = {
    "trusted_proxies": "a whole number of proxies in front, such as 1",
    "media_quota_mb": "how many megabytes of photos a member may keep, such as 2048",
    "shop_file_mb": "how many megabytes a file that is sold may have, such as 50",
    "shop_ship_days": "in how many days a seller has to send what was paid, 1 to 30, such as 5",
    "shop_arrives_days": "after how many days without a word a parcel counts as received, 1 to 60, such as 14",
    "shop_protection_days": "how many days a buyer may complain after it arrived, 7 to 60, such as 7",
    "export_approval_above": "about how many members an export may be before a second admin must agree, such as 100",
}

DAYS = {"shop_ship_days": (1, 30), "shop_arrives_days": (1, 60), "shop_protection_days": (7, 60)}
COURIER = ("name", "legal_name", "address", "country", "contact", "track")
"""What has to be known of whoever carries parcels."""

ADDRESSES = {
    "sends_from": "CLOZETTE_NEWS_SENDS_FROM: addresses or ranges, such as 203.0.113.7 2001:db8:5::/64",
    "resolvers": "CLOZETTE_DNS: addresses of resolvers, such as 127.0.0.1 or 127.0.0.1:5353",
}
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class BadSettings(Exception):
    """The environment has faults; ``faults`` has one line for each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Settings:
    """What the environment says. The field names are the variables' names without the prefix, in lower case."""

    env: str = "development"
    base_url: str = "https://localhost:8443"
    secret_keys: tuple[str, ...] = field(default=(), repr=False)
    database_url: str = field(default="", repr=False)
    replica_url: str = field(default="", repr=False)
    redis_url: str = field(default="", repr=False)
    media_url: str = ""
    media_quota_mb: int = 2048
    heads_url: str = ""
    export_approval_above: int = 100
    smtp_url: str = field(default="", repr=False)
    sms_url: str = field(default="", repr=False)
    sms_secret: str = field(default="", repr=False)
    sms_sender: str = "Clozette"
    sms_number: str = ""
    sms_registered: str = ""
    mail_from: str = "Clozette <hello@clozette.test>"
    news_smtp_url: str = field(default="", repr=False)
    news_from: str = "Clozette <news@news.clozette.test>"
    news_limits: str = ""
    news_sends_from: str = ""
    dns: str = ""
    bounce_domain: str = "news.clozette.test"
    inbound_listen: str = ""
    inbound_certificate: str = ""
    inbound_key: str = ""
    inbound_secret: str = field(default="", repr=False)
    dkim_domain: str = ""
    dkim_selector: str = "clozette"
    dkim_key: str = field(default="", repr=False)
    feedback_id: str = "clozette1"
    drand_urls: str = "https://api.drand.sh https://drand.cloudflare.com"
    drand_chain: str = "quicknet"
    mailchimp_api_key: str = field(default="", repr=False)
    mailchimp_host: str = ""
    mailchimp_list: str = ""
    mailchimp_form_url: str = ""
    mailchimp_webhook_secret: str = field(default="", repr=False)
    mailchimp_signing_secret: str = field(default="", repr=False)
    stripe_secret_key: str = field(default="", repr=False)
    stripe_webhook_secret: str = field(default="", repr=False)
    stripe_api_base: str = ""
    stripe_entity: str = ""
    stripe_country: str = ""
    shop_file_mb: int = 50
    shop_ship_days: int = 5
    shop_arrives_days: int = 14
    shop_protection_days: int = 7
    shop_couriers: str = ""
    controller_name: str = ""
    controller_address: str = ""
    controller_contact: str = ""
    controller_country: str = "SG"
    trusted_proxies: int = 0
    address_limit: str = "3000 per 5 minutes"
    member_limit: str = "1500 per 5 minutes"
    var: Path = ROOT / "var"
    worker_id: str = "worker-1"
    metrics_token: str = field(default="", repr=False)

    @property
    def is_production(self) -> bool:
        """Whether real people use this site."""
        return self.env == "production"

    @property
    def stripe_home(self) -> str:
        """The country of our own account with the payment service."""
        return self.stripe_country or self.controller_country

    @property
    def takes_mail(self) -> bool:
        """Whether somebody reads what is mailed to ``bounce_domain``."""
        return bool(self.inbound_listen or self.inbound_secret)

    @property
    def host(self) -> str:
        """The one host name this site answers to, with its port where it isn't the standard one."""
        return urlsplit(self.base_url).netloc

    @property
    def sends_from(self) -> tuple[Network, ...]:
        """The addresses that newsletters leave from, so far as somebody said.

        :raises ValueError: if one is none.
        """
        return tuple(ipaddress.ip_network(one, strict=False) for one in self.news_sends_from.replace(",", " ").split())

    @property
    def resolvers(self) -> tuple[tuple[str, int], ...]:
        """Which resolvers to ask and at which ports; the system's own where none is named.

        :raises ValueError: if one is none.
        """
        return tuple(_resolver(one) for one in self.dns.replace(",", " ").split())

    @property
    def couriers(self) -> Mapping[str, Mapping[str, str]]:
        """Who carries parcels here, by a short word, as ``shop_couriers`` (a TOML file) says; nothing without it.

        :raises ValueError: if something is missing of one, or the file can't be read.
        """
        if not self.shop_couriers:
            return {}
        try:
            read = tomllib.loads(Path(self.shop_couriers).read_text(encoding="utf-8"))
        except OSError as error:
            raise ValueError(f"{self.shop_couriers} can't be read") from error
        for code, one in read.items():
            if not re.fullmatch("[a-z0-9]{1,20}", code) or not isinstance(one, dict) or not _is_courier(one):
                raise ValueError(f"[{code}] needs {', '.join(COURIER)}; track begins with https://")
        return read

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read and check the settings.

        :raises BadSettings: naming every fault at once.
        """
        env = os.environ if environment is None else environment
        read = {name: env.get(PREFIX + name.upper(), "") for name in cls.__dataclass_fields__}
        given: dict[str, object] = {name: text for name, text in read.items() if text}
        given["secret_keys"] = tuple(key for key in read["secret_keys"].split(",") if key)
        faults = []
        for name, meaning in WHOLE_NUMBERS.items():
            if read[name].isdecimal():
                given[name] = int(read[name])
            elif given.pop(name, None):
                faults.append(f"{PREFIX}{name.upper()}: {meaning}")
        var = Path(read["var"]) if read["var"] else ROOT / "var"
        given["var"] = var
        given.setdefault("database_url", f"sqlite:///{var / 'clozette.db'}")
        given.setdefault("media_url", f"file://{var / 'media'}")
        settings = cls(**given)  # type: ignore[arg-type]
        faults += settings._faults()
        if faults:
            raise BadSettings(faults)
        return settings

    def _faults(self) -> list[str]:
        faults = []
        if self.env not in {"development", "test", "production"}:
            faults.append("CLOZETTE_ENV: development, test or production")
        if not self.secret_keys:
            faults.append(
                "CLOZETTE_SECRET_KEYS: missing; make one with: python -c 'import secrets; print(secrets.token_hex(32))'"
            )
        if any(len(key) < MIN_SECRET for key in self.secret_keys):
            faults.append(f"CLOZETTE_SECRET_KEYS: every key needs at least {MIN_SECRET} characters")
        faults += self._inbound_faults()
        faults += self._dns_faults()
        faults += self._drand_faults()
        faults += self._shop_faults()
        faults += self._stripe_faults()
        if self.is_production:
            faults += self._production_faults()
        return faults

    def _inbound_faults(self) -> list[str]:
        faults = []
        host, _, port = self.inbound_listen.rpartition(":")
        if self.inbound_listen and not (host and port.isdecimal() and 0 < int(port) < 65536):
            faults.append("CLOZETTE_INBOUND_LISTEN: an address and a port, such as 0.0.0.0:25")
        if bool(self.inbound_certificate) != bool(self.inbound_key):
            faults.append("CLOZETTE_INBOUND_CERTIFICATE and CLOZETTE_INBOUND_KEY: both or none")
        if self.inbound_secret and len(self.inbound_secret) < MIN_SECRET:
            faults.append(f"CLOZETTE_INBOUND_SECRET: at least {MIN_SECRET} characters")
        return faults

    def _dns_faults(self) -> list[str]:
        faults = []
        for name, meaning in ADDRESSES.items():
            try:
                getattr(self, name)
            except ValueError as error:
                faults.append(f"{meaning}; not {error}")
        return faults

    def _drand_faults(self) -> list[str]:
        faults = []
        schemes = ("https://",) if self.is_production else ("https://", "http://localhost", "http://127.0.0.1")
        if not all(url.startswith(schemes) for url in self.drand_urls.split()):
            faults.append("CLOZETTE_DRAND_URLS: addresses that begin with https://, with spaces between them")
        if self.drand_chain.startswith("{"):
            try:
                json.loads(self.drand_chain)
            except ValueError:
                faults.append("CLOZETTE_DRAND_CHAIN: quicknet, or the JSON that a chain's /info answers")
        elif self.drand_chain != "quicknet":
            faults.append("CLOZETTE_DRAND_CHAIN: quicknet, or the JSON that a chain's /info answers")
        return faults

    def _shop_faults(self) -> list[str]:
        faults = [
            f"{PREFIX}{name.upper()}: {WHOLE_NUMBERS[name]}"
            for name, (least, most) in DAYS.items()
            if not least <= getattr(self, name) <= most
        ]
        try:
            self.couriers  # noqa: B018 - read to see whether it can be
        except ValueError as error:
            faults.append(f"CLOZETTE_SHOP_COURIERS: a TOML file with a table for each; {error}")
        return faults

    def _stripe_faults(self) -> list[str]:
        faults = []
        base = urlsplit(self.stripe_api_base)
        if self.stripe_api_base and (base.scheme != "https" or not base.hostname or base.path or base.query):
            faults.append("CLOZETTE_STRIPE_API_BASE: https:// and a host; empty for Stripe's own")
        if self.stripe_entity and [bool(part.strip()) for part in self.stripe_entity.split("|")] != [True] * 4:
            faults.append(
                "CLOZETTE_STRIPE_ENTITY: legal name | postal address | country, as two letters | mail address"
            )
        if self.stripe_country and not re.fullmatch("[A-Z]{2}", self.stripe_country):
            faults.append(
                "CLOZETTE_STRIPE_COUNTRY: two capital letters, such as DE; where your own account with Stripe is"
            )
        if self.stripe_secret_key and not self.base_url.startswith("https://"):
            faults.append("CLOZETTE_STRIPE_SECRET_KEY: payments need a CLOZETTE_BASE_URL that begins with https://")
        return faults

    def _stripe_production_faults(self) -> list[str]:
        if not self.stripe_secret_key:
            return []
        faults = []
        if "_test_" in self.stripe_secret_key or not self.stripe_secret_key.startswith(("sk_live_", "rk_live_")):
            faults.append("CLOZETTE_STRIPE_SECRET_KEY: a live key, sk_live_… or rk_live_…; others move no money")
        if not self.stripe_webhook_secret:
            faults.append("CLOZETTE_STRIPE_WEBHOOK_SECRET: missing; without it no payment could be believed")
        elif not all(one.startswith("whsec_") and len(one) >= MIN_SECRET for one in self.stripe_webhook_secret.split()):
            faults.append(
                "CLOZETTE_STRIPE_WEBHOOK_SECRET: whsec_… as Stripe shows it, several with spaces between them"
            )
        host = urlsplit(self.stripe_api_base).hostname
        if self.stripe_api_base and host != "api.stripe.com":
            faults.append(f"CLOZETTE_STRIPE_API_BASE: {host} is for development (the sandbox)")
        return faults

    def _production_faults(self) -> list[str]:
        faults = []
        if not self.base_url.startswith("https://"):
            faults.append("CLOZETTE_BASE_URL: must begin with https:// in production")
        if not self.smtp_url:
            faults.append("CLOZETTE_SMTP_URL: missing; mail could not be sent")
        if self.sms_url and self.sms_secret in {"", "texts_sandbox"}:
            faults.append("CLOZETTE_SMS_SECRET: missing; without it nobody's STOP could be believed")
        faults += self._controller_faults()
        faults += self._stripe_production_faults()
        if '"sandbox"' in self.drand_chain:
            faults.append(
                "CLOZETTE_DRAND_CHAIN: the sandbox knows its rounds beforehand; production draws by a public one"
            )
        for name in ("base_url", "smtp_url", "sms_url"):
            host = urlsplit(getattr(self, name)).hostname
            if host in {"localhost", "127.0.0.1", "::1"}:
                faults.append(f"CLOZETTE_{name.upper()}: {host} is for development (the sandbox)")
        return faults

    def _controller_faults(self) -> list[str]:
        """Receipts, the record of processing and marketing mail must say who answers for the data, and where."""
        faults = []
        if not self.controller_name:
            faults.append("CLOZETTE_CONTROLLER_NAME: missing; the legal name of who answers for people's data")
        if not self.controller_address:
            faults.append("CLOZETTE_CONTROLLER_ADDRESS: missing; their postal address, on one line")
        for name in ("controller_name", "controller_address", "controller_contact"):
            if not getattr(self, name).isprintable():
                faults.append(f"CLOZETTE_{name.upper()}: one line of plain text")
        if not re.fullmatch("[A-Z]{2}", self.controller_country):
            faults.append("CLOZETTE_CONTROLLER_COUNTRY: two capital letters (ISO 3166-1), such as SG")
        if self.controller_contact and "@" not in self.controller_contact:
            faults.append("CLOZETTE_CONTROLLER_CONTACT: a mail address; the one of CLOZETTE_MAIL_FROM without it")
        return faults


def _is_courier(one: Mapping[str, object]) -> bool:
    texts = [value for value in one.values() if isinstance(value, str) and value.strip()]
    plain = set(one) == set(COURIER) and len(texts) == len(COURIER)
    return plain and str(one["track"]).startswith("https://") and bool(re.fullmatch("[A-Z]{2}", str(one["country"])))


def _resolver(text: str) -> tuple[str, int]:
    parts = urlsplit(f"//[{text}]" if text.count(":") > 1 and not text.startswith("[") else f"//{text}")
    return str(ipaddress.ip_address(parts.hostname or "")), parts.port or 53
