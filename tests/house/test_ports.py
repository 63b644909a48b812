"""Nothing about people leaves by a port to a third party without a Release, and only the one door makes one."""

import ast
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.kernel.ports import couriers
from clozette.kernel.ports.couriers import Courier
from clozette.kernel.ports.release import NotReleased, Release
from tests.house import source
from tests.house.source import Module

# Ports that take no Release, and why.
NO_RELEASE = {
    "mail.py": "mail to the person themself is no disclosure",
    "bulk_mail.py": "mail to the people themselves is no disclosure",
    "sms.py": "a text to the person themself is no disclosure",
    "inbound_mail.py": "takes mail in; sends nothing",
    "dns.py": "asks what our own domains publish, and names nobody",
    "beacon.py": "asks for public numbers, and names nobody",
    "links.py": "asks whether pages are there, and names nobody",
    "storage.py": "our own store: what is in it has not left the house",
    "release.py": "the slip itself",
    "departures.py": "what all others call",
    "__init__.py": "nothing",
}
# Methods of a port to a third party that take none, and why.
_NAMES_THE_KNOWN = "names people whom it has already, by its own digest of their address, and tells nothing new of them"
_ABOUT_NOBODY = "is about nobody"
NOTHING_NEW = {
    **dict.fromkeys(
        ("member", "switch_off", "unsubscribe", "ask_again", "forget", "unsubscribe_many", "switch_off_many"),
        _NAMES_THE_KNOWN,
    ),
    **dict.fromkeys(("changed", "batch_results", "fetch", "json"), "asks or reads, and tells nothing"),
    **dict.fromkeys(("interests", "add_interest", "prepare"), _ABOUT_NOBODY),
    **dict.fromkeys(("create", "faults", "send", "report"), _ABOUT_NOBODY),
    **dict.fromkeys(("call_api", "select_header_accept", "select_header_content_type"), "what the methods above call"),
}
MAILING_LISTS = {"mailing_list.py", "mailchimp.py", "mailchimp_gateway.py"}
PAYMENTS = {"till.py", "stripe_gateway.py", "stripe_wire.py"}
_BY_ITS_OWN_ID = "names what it made by its own id, and an amount"
OF_PAYMENTS = {
    **dict.fromkeys(("expire", "refund", "give_fee", "take_back", "onboarding", "payout"), _BY_ITS_OWN_ID),
    **dict.fromkeys(
        (
            "session",
            "refunded",
            "taken_back",
            "dispute",
            "disputes",
            "account",
            "paid_out",
            "balance",
            "sessions",
            "refunds",
            "payouts",
        ),
        "asks, tells nothing",
    ),
    "heard": "reads what came",
    **dict.fromkeys(
        ("get_redirect_target", "init_poolmanager", "send", "request", "close"), "what the client calls on its way"
    ),
    **dict.fromkeys(
        ("clear", "pay", "send", "refuse", "time_out", "onboard", "disputed", "settle", "fail_refund", "news"),
        "the twin in memory alone",
    ),
}
DOOR = "clozette/privacy/disclosures/door.py"


def ports() -> list[Module]:
    return [module for module in source.modules() if module.path.startswith("clozette/kernel/ports/")]


def unguarded(module: Module) -> list[str]:
    """Return the public methods of a port's classes that take no Release, or hand out without asking the log."""
    found = []
    for node in source.nodes(module):
        if not isinstance(node, ast.ClassDef) or any(ast.unparse(base) == "Protocol" for base in node.bases):
            continue
        for method in node.body:
            if not isinstance(method, ast.FunctionDef) or method.name.startswith("_"):
                continue
            takes = any(
                argument.annotation and ast.unparse(argument.annotation) == "Release" for argument in method.args.args
            )
            asks = any(
                way in ast.unparse(method) for way in ("departures.leave(", "depart(release)", "depart_with(release,")
            )
            excused = (Path(module.path).name in MAILING_LISTS and method.name in NOTHING_NEW) or (
                Path(module.path).name in PAYMENTS and method.name in OF_PAYMENTS
            )
            if not (takes and asks) and not excused:
                found.append(f"{module.at(method)} {node.name}.{method.name}")
    return found


@pytest.mark.requirement(73, 79)
def test_every_port_to_third_parties_wants_a_release():
    guarded = [module for module in ports() if Path(module.path).name not in NO_RELEASE]
    assert guarded, "a run that found no port would prove nothing"
    assert not [fault for module in guarded for fault in unguarded(module)]


def test_a_planted_port_is_seen():
    planted = "class Leak:\n    def send(self, payload):\n        post(payload)\n"
    assert unguarded(Module("clozette/kernel/ports/planted.py", ast.parse(planted)))


@pytest.mark.requirement(75)
def test_only_the_door_makes_a_release():
    makers = {
        module.path
        for module in source.modules()
        for _, name in source.calls(module)
        if name == "Release" or name.endswith(".Release")
    }
    assert makers == {DOOR}


HANDS_OVER = {
    "clozette/admin/handovers.py": "what an authority demands",
    "clozette/contests/sponsors/handing.py": "what people share with sponsors",
    "clozette/newsletters/mailchimp/handover.py": "the processor of newsletters",
    "clozette/newsletters/texts/handout.py": "the register of numbers",
    "clozette/rights/bulk/services.py": "exports for somebody outside",
    "clozette/shop/orders/handing.py": "sellers, couriers and buyers of an order",
    "clozette/shop/cases/handing.py": "buyers' banks, by the payment service",
    "clozette/shop/payments/recipient.py": "the payment service",
}
"""Who goes through the door, and for what: nobody else hands anything about people to anybody outside."""


@pytest.mark.requirement(75, 79)
def test_whoever_goes_through_the_door_is_known():
    callers = {
        module.path
        for module in source.modules()
        for _, name in source.calls(module)
        if name == "disclose" or name.endswith(".disclose")
    }
    assert callers == HANDS_OVER.keys()


def carriers(folder: Path) -> list[Courier]:
    return [couriers.Memory(), couriers.Download(), couriers.Drop(folder), couriers.Post("https://sponsor.test/in")]


@pytest.mark.requirement(79)
@pytest.mark.parametrize("number", range(4))
def test_a_port_refuses_without_a_release_that_the_log_knows(
    app: Flask, db_session: orm.Session, tmp_path: Path, number: int
):
    courier = carriers(tmp_path)[number]
    for slip in (None, b"payload", Release("Sponsor Ltd", "promote", b"payload", (1,), 1)):
        with pytest.raises(NotReleased):
            courier.carry(slip)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_every_courier_is_tried(tmp_path: Path):
    made = {type(one).__name__ for one in carriers(tmp_path)}
    (module,) = [module for module in ports() if module.path.endswith("couriers.py")]
    classes = {node.name for node in module.tree.body if isinstance(node, ast.ClassDef)}
    assert made == classes - {"Courier"}


def test_data_goes_out_by_https_alone():
    with pytest.raises(ValueError, match="HTTPS"):
        couriers.Post("http://sponsor.test/in")
