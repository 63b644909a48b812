"""A Mailchimp to try things out with: it remembers, keeps the rules that hurt, and fails in its ways when it is told to.

``/mailchimp/3.0/…`` is its API; ``/mailchimp`` shows who is there. ``POST /mailchimp/faults`` with ``{"next": ["429"]}``
spoils the next calls; ``POST /mailchimp/readers`` with ``{"do": "leave", "email": …}`` is what a reader does over there,
and its webhook goes out, signed.
"""

import hashlib
import hmac
import io
import json
import ssl
import tarfile
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

SIGNING_SECRET = "whsec_sandbox"  # noqa: S105 - a toy's
API = "/mailchimp/3.0"
PROBLEM = "application/problem+json"
FAULTS: dict[str, tuple[int, str, str]] = {
    "429": (429, PROBLEM, '{"title": "Too Many Requests", "status": 429}'),
    "429-bare": (429, "text/html", ""),
    "403": (403, "text/html", ""),
    "500": (500, "application/json", ""),
    "500-object": (500, "application/json", "{}"),
    "503": (503, "application/json", ""),
    "401": (401, PROBLEM, '{"title": "API Key Invalid", "status": 401}'),
    "odd": (200, "application/json", "[]"),
    "text": (200, "text/html", "<p>Sorry</p>"),
    "redirect": (302, "text/html", ""),
}
Send = Callable[[str, bytes, dict[str, str]], None]


class Problem(Exception):
    """An answer of 400 and more."""

    def __init__(self, status: int, title: str, detail: str = "") -> None:
        super().__init__(title)
        self.status, self.title, self.detail = status, title, detail


class Mailchimp:
    """Everything it knows: plain values, kept in a file if it is given one."""

    def __init__(self, file: Path | None = None, send: Send | None = None) -> None:
        self.lock = threading.RLock()
        self._file, self._send = file, send or _post
        self.state: dict[str, Any] = {
            "members": {}, "forgotten": [], "interests": {}, "webhooks": [], "fields": [], "campaigns": {},
            "batches": {}, "category": "", "ids": 0,
        }  # fmt: skip
        self.faults: list[str] = []
        self.calls: list[tuple[str, str]] = []
        if file is not None and file.exists():
            self.state |= json.loads(file.read_text())

    def new_id(self, kind: str) -> str:
        """Return an id that nothing else has."""
        self.state["ids"] += 1
        return f"{kind}{self.state['ids']}"

    def keep(self) -> None:
        """Write everything down."""
        if self._file is not None:
            self._file.write_text(json.dumps(self.state))

    def member(self, key: str) -> dict[str, Any]:
        """Return one member.

        :raises Problem: 404.
        """
        if key not in self.state["members"]:
            raise Problem(404, "Resource Not Found")
        found: dict[str, Any] = self.state["members"][key]
        return found

    def campaign(self, name: str) -> dict[str, Any]:
        """Return one campaign.

        :raises Problem: 404.
        """
        if name not in self.state["campaigns"]:
            raise Problem(404, "Resource Not Found")
        found: dict[str, Any] = self.state["campaigns"][name]
        return found

    def put(self, key: str, said: Mapping[str, Any], *, skip: bool) -> dict[str, Any]:
        """Add or change one, as PUT does."""
        old = self.state["members"].get(key)
        if old is None:
            status = said.get("status_if_new") or said.get("status")
            return self.add(said, str(status), skip=skip)
        return self.change(key, said, skip=skip)

    def add(self, said: Mapping[str, Any], status: str, *, skip: bool) -> dict[str, Any]:
        """Add one."""
        email = str(said.get("email_address", ""))
        key = key_of(email)
        if "@" not in email or status not in {"subscribed", "unsubscribed", "cleaned", "pending", "transactional"}:
            raise Problem(400, "Invalid Resource", f"{email} looks fake or invalid")
        if key in self.state["forgotten"]:
            raise Problem(400, "Forgotten Email Not Subscribed", f"{email} was permanently deleted")
        if key in self.state["members"]:
            raise Problem(400, "Member Exists", f"{email} is already a list member")
        self._check_fields(said, skip)
        made = {"id": key, "email_address": email, "status": status, "merge_fields": {}, "language": ""}
        made["interests"] = dict.fromkeys(self.state["interests"].values(), False)
        self.state["members"][key] = made
        self._fill(made, said)
        return made

    def change(self, key: str, said: Mapping[str, Any], *, skip: bool = False) -> dict[str, Any]:
        """Change one; nobody who left is subscribed again but by their own yes."""
        one = self.member(key)
        wanted = said.get("status", one["status"])
        if wanted == "subscribed" and one["status"] in {"unsubscribed", "cleaned"}:
            raise Problem(400, "Member In Compliance State", f"{one['email_address']} is in a compliance state")
        if one["status"] == "cleaned" and wanted == "pending":
            raise Problem(400, "Member In Compliance State", f"{one['email_address']} was cleaned")
        if "merge_fields" in said:
            self._check_fields(said, skip)
        one["status"] = wanted
        new = str(said.get("email_address", one["email_address"]))
        if key_of(new) != key:
            self.state["members"].pop(key)
            one["id"], one["email_address"] = key_of(new), new
            self.state["members"][one["id"]] = one
        self._fill(one, said)
        return one

    def forget(self, key: str) -> None:
        """Delete one for good."""
        self.member(key)
        self.state["members"].pop(key)
        self.state["forgotten"].append(key)

    def reader(self, deed: str, email: str, **said: Any) -> list[tuple[bytes, dict[str, str]]]:
        """Do what a reader, or a mail server, does over there; return the webhooks that it set off."""
        key = key_of(email)
        with self.lock:
            if deed == "form":  # the hosted form takes everybody, forgotten ones too
                if key in self.state["forgotten"]:
                    self.state["forgotten"].remove(key)
                self.state["members"].pop(key, None)
                one = self.add({"email_address": email, **said}, "subscribed", skip=False)
            else:
                one = self.member(key)
                status = {"leave": "unsubscribed", "bounce": "cleaned", "complain": "cleaned", "confirm": "subscribed"}
                one["status"] = status.get(deed, one["status"])
                one["merge_fields"] |= said.get("merge_fields", {})
                one["interests"] |= said.get("interests", {})
                one["last_changed"] = _now()
            self.keep()
        return self._tell(self._event(deed, one))

    def _event(self, deed: str, one: Mapping[str, Any]) -> dict[str, str]:
        names = {found: name for name, found in self.state["interests"].items()}
        chosen = ", ".join(names[found] for found, on in one["interests"].items() if on and found in names)
        merges = {"EMAIL": one["email_address"], **one["merge_fields"], "INTERESTS": chosen}
        event = {f"data[merges][{name}]": str(value) for name, value in merges.items()}
        event["data[email]"] = one["email_address"]
        kinds = {"leave": "unsubscribe", "bounce": "cleaned", "complain": "cleaned", "profile": "profile"}
        if deed in {"bounce", "complain"}:
            event["data[reason]"] = {"bounce": "hard", "complain": "abuse"}[deed]
        return {"type": kinds.get(deed, "subscribe"), "fired_at": _now().replace("T", " ")[:19], **event}

    def _tell(self, event: dict[str, str]) -> list[tuple[bytes, dict[str, str]]]:
        told = []
        for hook in self.state["webhooks"]:
            body = urlencode(event).encode()
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Mailchimp-Signature": sign(SIGNING_SECRET, body, int(time.time())),
            }
            told.append((body, headers))
            self._send(hook["url"], body, headers)
        return told

    def _check_fields(self, said: Mapping[str, Any], skip: bool) -> None:
        given = said.get("merge_fields", {})
        missing = [one["tag"] for one in self.state["fields"] if one.get("required") and not given.get(one["tag"])]
        if missing and not skip:
            raise Problem(400, "Invalid Resource", f"Your merge fields were invalid: {missing}")

    def _fill(self, one: dict[str, Any], said: Mapping[str, Any]) -> None:
        one["merge_fields"] |= said.get("merge_fields", {})
        one["interests"] |= {name: bool(on) for name, on in said.get("interests", {}).items()}
        one["language"] = said.get("language", one["language"])
        one["last_changed"] = _now()


def key_of(email: str) -> str:
    """Return the digest that members are known by."""
    return hashlib.md5(email.lower().encode(), usedforsecurity=False).hexdigest()


def sign(secret: str, body: bytes, at: int) -> str:
    """Return the header that vouches for a webhook."""
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


def pages(service: Mailchimp) -> Blueprint:
    """Return its addresses."""
    blueprint = Blueprint("mailchimp", __name__)
    blueprint.before_request(lambda: _gate(service))
    blueprint.register_error_handler(Problem, _problem)
    _members(blueprint, service)
    _list(blueprint, service)
    _interests(blueprint, service)
    _campaigns(blueprint, service)
    _sending(blueprint, service)
    _batches(blueprint, service)
    _controls(blueprint, service)
    return blueprint


def _gate(service: Mailchimp) -> Response | None:
    """Keep the next fault ready, and let nobody in without a key."""
    if not request.path.startswith(API) or request.endpoint == "mailchimp.results":
        return None
    service.calls.append((request.method, request.path.removeprefix(API)))
    if service.faults:
        status, kind, body = FAULTS[service.faults.pop(0)]
        return Response(body, status, {"Location": "/mailchimp"} if status == 302 else {}, content_type=kind)
    if request.authorization is None or not request.authorization.password:
        raise Problem(401, "API Key Invalid")
    return None


def _problem(problem: Problem) -> Response:
    said = {"title": problem.title, "status": problem.status, "detail": problem.detail, "instance": "", "type": ""}
    return Response(json.dumps(said), problem.status, content_type=PROBLEM)


def _said() -> dict[str, Any]:
    said: dict[str, Any] = request.get_json(force=True)
    return said


def _skips() -> bool:
    return request.args.get("skip_merge_validation") == "true"


def _members(blueprint: Blueprint, service: Mailchimp) -> None:
    path = f"{API}/lists/<audience>/members"

    @blueprint.get(f"{path}/<key>")
    def member(audience: str, key: str) -> Response:
        return jsonify(service.member(key))

    @blueprint.put(f"{path}/<key>")
    def put(audience: str, key: str) -> Response:
        with service.lock:
            made = service.put(key, _said(), skip=_skips())
            service.keep()
        return jsonify(made)

    @blueprint.patch(f"{path}/<key>")
    def patch(audience: str, key: str) -> Response:
        with service.lock:
            made = service.change(key, _said())
            service.keep()
        return jsonify(made)

    @blueprint.post(f"{path}/<key>/actions/delete-permanent")
    def forget(audience: str, key: str) -> tuple[str, int]:
        with service.lock:
            service.forget(key)
            service.keep()
        return "", 204

    @blueprint.get(path)
    def members(audience: str) -> Response:
        since = request.args.get("since_last_changed", "")
        offset, count = int(request.args.get("offset", 0)), int(request.args.get("count", 10))
        moment = datetime.fromisoformat(since) if since else None
        found = [
            one
            for one in service.state["members"].values()
            if moment is None or datetime.fromisoformat(one["last_changed"]) >= moment
        ]
        return jsonify({"members": found[offset : offset + count], "total_items": len(found)})


def _list(blueprint: Blueprint, service: Mailchimp) -> None:
    path = f"{API}/lists/<audience>"

    @blueprint.post(path)
    def several(audience: str) -> Response:
        new, errors = [], []
        for said in _said()["members"][:500]:
            try:
                with service.lock:
                    new.append(service.add(said, said["status"], skip=_skips()))
            except Problem as problem:
                code = "ERROR_CONTACT_EXISTS" if problem.title == "Member Exists" else "ERROR_GENERIC"
                error = {"error": f"{problem.title}: {problem.detail}", "error_code": code}
                errors.append({"email_address": said.get("email_address", ""), **error})
        service.keep()
        counts = {"total_created": len(new), "total_updated": 0, "error_count": len(errors)}
        return jsonify({"new_members": new, "updated_members": [], "errors": errors, **counts})

    @blueprint.route(f"{path}/merge-fields", methods=["GET", "POST"])
    def fields(audience: str) -> Response:
        if request.method == "POST":
            service.state["fields"].append(_said())
            service.keep()
            return jsonify(_said())
        return jsonify({"merge_fields": service.state["fields"]})

    @blueprint.route(f"{path}/webhooks", methods=["GET", "POST"])
    def webhooks(audience: str) -> Response:
        if request.method == "POST":
            service.state["webhooks"].append(_said())
            service.keep()
            return jsonify({"id": service.new_id("hook"), **_said()})
        return jsonify({"webhooks": service.state["webhooks"]})


def _interests(blueprint: Blueprint, service: Mailchimp) -> None:
    path = f"{API}/lists/<audience>"

    @blueprint.route(f"{path}/interest-categories", methods=["GET", "POST"])
    def categories(audience: str) -> Response:
        if request.method == "POST":
            service.state["category"] = service.new_id("category")
            service.keep()
        one = {"id": service.state["category"], "title": "Newsletters"}
        if request.method == "POST":
            return jsonify(one)
        return jsonify({"categories": [one] if one["id"] else []})

    @blueprint.route(f"{path}/interest-categories/<category>/interests", methods=["GET", "POST"])
    def interests(audience: str, category: str) -> Response:
        if request.method == "POST":
            name = _said()["name"]
            if name in service.state["interests"]:
                raise Problem(400, "Invalid Resource", "exists")
            service.state["interests"][name] = made = service.new_id("interest")
            service.keep()
            return jsonify({"id": made, "name": name})
        return jsonify({"interests": [{"id": one, "name": name} for name, one in service.state["interests"].items()]})


def _campaigns(blueprint: Blueprint, service: Mailchimp) -> None:
    path = f"{API}/campaigns"

    @blueprint.post(path)
    def create() -> Response:
        said = _said()
        if not said.get("settings", {}).get("reply_to"):
            raise Problem(400, "Invalid Resource", "reply_to")
        made = {"id": service.new_id("campaign"), "status": "save", "sent": 0, **said}
        service.state["campaigns"][made["id"]] = made
        service.keep()
        return jsonify(made)

    @blueprint.get(f"{path}/<campaign>")
    def campaign(campaign: str) -> Response:
        return jsonify(service.campaign(campaign))

    @blueprint.put(f"{path}/<campaign>/content")
    def content(campaign: str) -> Response:
        service.campaign(campaign)["content"] = _said()
        service.keep()
        return jsonify(_said())


def _sending(blueprint: Blueprint, service: Mailchimp) -> None:
    path = f"{API}/campaigns"

    @blueprint.get(f"{path}/<campaign>/send-checklist")
    def checklist(campaign: str) -> Response:
        ready = "content" in service.campaign(campaign)
        items = [] if ready else [{"type": "error", "heading": "Content", "details": "There is none."}]
        return jsonify({"is_ready": ready, "items": items})

    @blueprint.post(f"{path}/<campaign>/actions/send")
    def send(campaign: str) -> tuple[str, int]:
        one = service.campaign(campaign)
        if one["status"] != "save" or "content" not in one:
            raise Problem(400, "Invalid Resource", "not ready")
        (wanted,) = one["recipients"]["segment_opts"]["conditions"][0]["value"]
        members = service.state["members"].values()
        one["sent"] = sum(m["status"] == "subscribed" and bool(m["interests"].get(wanted)) for m in members)
        one["status"] = "sent"
        service.keep()
        return "", 204

    @blueprint.get(f"{API}/reports/<campaign>")
    def report(campaign: str) -> Response:
        one = service.campaign(campaign)
        bounces = {"hard_bounces": 0, "soft_bounces": 0, "syntax_errors": 0}
        return jsonify({"emails_sent": one["sent"], "unsubscribed": 0, "abuse_reports": 0, "bounces": bounces})


def _batches(blueprint: Blueprint, service: Mailchimp) -> None:
    @blueprint.post(f"{API}/batches")
    def start() -> Response:
        statuses = {}
        for one in _said()["operations"][:1000]:
            try:
                service.change(one["path"].rpartition("/")[2], json.loads(one["body"]))
                statuses[one["operation_id"]] = 200
            except Problem as problem:
                statuses[one["operation_id"]] = problem.status
        made = service.new_id("batch")
        service.state["batches"][made] = statuses
        service.keep()
        return jsonify({"id": made, "status": "pending"})

    @blueprint.get(f"{API}/batches/<batch>")
    def batch(batch: str) -> Response:
        total = len(service.state["batches"][batch])
        address = f"{request.host_url.rstrip('/')}{API}/batches/{batch}/results"
        return jsonify(
            {"id": batch, "status": "finished", "total_operations": total, "response_body_url": address},
        )

    @blueprint.get(f"{API}/batches/<batch>/results")
    def results(batch: str) -> Response:
        rows = [
            {"operation_id": one, "status_code": status, "response": "{}"}
            for one, status in service.state["batches"][batch].items()
        ]
        return Response(packed({f"{batch}/0.json": json.dumps(rows).encode()}), content_type="application/gzip")


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return a gzipped tar, as results come in."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return target.getvalue()


def _controls(blueprint: Blueprint, service: Mailchimp) -> None:
    @blueprint.get("/mailchimp")
    def audience() -> str:
        return render_template("mailchimp.html", state=service.state, faults=service.faults)

    @blueprint.get("/mailchimp.json")
    def audience_json() -> Response:
        return jsonify(service.state)

    @blueprint.post("/mailchimp/faults")
    def faults() -> tuple[str, int]:
        service.faults[:] = [name for name in _said()["next"] if name in FAULTS]
        return "", 204

    @blueprint.post("/mailchimp/readers")
    def readers() -> tuple[str, int]:
        said = _said()
        service.reader(said.pop("do"), said.pop("email"), **said)
        return "", 204


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _post(address: str, body: bytes, headers: dict[str, str]) -> None:
    """Send a webhook from a thread of its own; the development site's certificate is our own."""
    context = ssl._create_unverified_context()  # noqa: S323 - a toy that talks to this machine alone

    def run() -> None:
        asked = urllib.request.Request(address, data=body, headers=headers, method="POST")  # noqa: S310 - ours
        try:
            with urllib.request.urlopen(asked, timeout=10, context=context):  # noqa: S310 - ours
                pass
        except (OSError, HTTPException):
            return

    threading.Thread(target=run, daemon=True).start()
