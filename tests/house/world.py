"""The small world that the access table speaks of: eight kinds of people, and what one of them, the owner, has.

``build()`` makes it once; the table's addresses name its things in braces (``/items/{item}``).
"""

from dataclasses import dataclass, field
from datetime import timedelta

from flask import Flask
from werkzeug.test import TestResponse

from clozette.accounts.models import ApiToken, Member, Passkey
from clozette.accounts.schemas import SCOPES
from clozette.accounts.services import blocks, tickets, tokens
from clozette.closets import services as closets
from clozette.closets.models import Item
from clozette.community import badges, points
from clozette.community import services as community
from clozette.community.models import Approver, FollowRequest
from clozette.contests import facts
from clozette.contests.drawing import services as drawing
from clozette.contests.drawing import witnesses
from clozette.contests.judging import services as judging
from clozette.contests.models import Prize, Witness
from clozette.contests.planning.events import ContestOpened, ContestPublished
from clozette.contests.sponsors import handing, sharing
from clozette.contests.sponsors import services as sponsors
from clozette.kernel import clock, ids, tasks
from clozette.kernel.database import db
from clozette.looks.models import Revision
from clozette.media import addresses
from clozette.newsletters import keys
from clozette.newsletters.returns import services as returns
from clozette.newsletters.returns.models import Return
from clozette.newsletters.subscriptions import services as subscriptions
from clozette.newsletters.subscriptions.imports import services as imports
from clozette.newsletters.subscriptions.models import Newsletter
from clozette.newsletters.texts import campaigns as texts
from clozette.privacy import consents, disclosures, notices, staff_reads
from clozette.privacy.disclosures import silences
from clozette.privacy.disclosures.models import Telling
from clozette.rights.erasure import services as erasures
from clozette.rights.export import services as exports
from clozette.rights.guardians import services as guardians
from clozette.shop.carts import services as carts
from clozette.shop.cases import services as cases
from clozette.shop.cases.moves import Said
from clozette.shop.files import queries as files
from clozette.shop.ledger import services as ledger
from clozette.shop.orders import deeds
from clozette.shop.payments import refunds
from clozette.shop.payments import services as payments
from clozette.shop.payments.models import Payment
from clozette.shop.reviews import services as reviews
from clozette.shop.sellers.models import Seller
from clozette.shop.swaps import services as swaps
from clozette.shop.swaps.services import Part
from tests.factories import accounts, bulk, contests, desk, goods, looks, newsletters, offers, photos, products, shop
from tests.factories.closets import make_item
from tests.support.client import Client

ROLES = ("guest", "unconfirmed", "member", "owner", "blocked", "minor", "moderator", "admin")
STAFF = ("moderator", "admin")


@dataclass
class World:
    """Who is there, and what things are called."""

    app: Flask
    names: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, dict] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def browser(self, role: str) -> Client:
        """Return a fresh browser, signed in as somebody of that role."""
        client = self.app.test_client()
        assert isinstance(client, Client)
        if role in self.cookies:
            client._cookies = dict(self.cookies[role])
        return client

    def call(self, role: str, method: str, path: str, data: dict[str, str]) -> TestResponse:
        """Send one request as somebody: a form by cookie to a page, JSON by a token with every scope to the API."""
        headers, options = {}, {"json" if path.startswith("/api/") else "data": data} if method != "GET" else {}
        if path.startswith("/api/") and role in self.tokens:
            headers["Authorization"] = f"Bearer {self.tokens[role]}"
        options["environ_base"] = {"REMOTE_ADDR": "198.51.100.7"}
        return self.browser(role).open(path, method=method, headers=headers, **options)


def build(app: Flask) -> World:
    """Make the world in an empty database and commit it."""
    world = World(app)
    with app.app_context():
        people = _people(world)
        _between_people(world, people)
        _accounts_of(world, people["owner"])
        items = _closet(world, people["owner"])
        _looks(world, people, items)
        _export(world, people["owner"])
        world.names["receipt"] = _undone_erasure()
        world.names["telling"] = _telling(people["owner"])
        world.names["silence"] = _silence(people["owner"], people["admin"])
        world.names["asked"] = ids.encode(desk.ask(people["owner"]).id)
        world.names["breach"] = ids.encode(desk.make_breach(people["admin"]).id)
        _consent(world, people["owner"])
        _guardian(world, people["minor"])
        _bulk_exports(world, people)
        _newsletters(world)
        _sign_up(world)
        _returned(world)
        _sponsor(world)
        _campaigns(world)
        _contests(world, people)
        _won(world, people)
        _judged(world, people)
        _surveys(world)
        _polled(world, people)
        _drawn(world)
        _shop(world, people["owner"])
        db.session.commit()
        tasks.drain(app)
    return world


def _telling(member: Member) -> str:
    """Return the id of a duty to tell a recipient."""
    now = clock.now()
    given = {"legal_name": "Sponsor Ltd", "address": "1 High Street", "country": "GB", "contact": "+44 20 0000 0000"}
    row = Telling(
        subject_id=member.subject_id,
        recipient_id=disclosures.recipient(**given, now=now).id,
        kind="correction",
        cause_id=1,
        known_as=["a word"],
        asked_at=now,
    )
    db.session.add(row)
    db.session.flush()
    return ids.encode(row.id)


def _silence(member: Member, staff: Member) -> str:
    """Return the id of an order that a look of staff is not to be told."""
    now = clock.now()
    case = staff_reads.open_case(
        subject_id=member.subject_id, reader_id=staff.subject_id, reason="by order of a court", now=now
    )
    disclosures.silence(
        case_id=case.id, until=now + timedelta(days=30), because="an order", now=now, by_id=staff.subject_id
    )
    (order,) = silences.standing(now)
    return ids.encode(order.id)


def _undone_erasure() -> str:
    """Return the code of a receipt."""
    member = accounts.make_member("gone")
    erasure = erasures.ask(member.subject_id, via="page", now=clock.now())
    erasures.undo(member.subject_id, now=clock.now())
    return erasure.code


def _people(world: World) -> dict[str, Member]:
    people = {
        "unconfirmed": accounts.make_member("una", confirmed=False),
        "member": accounts.make_member("mia"),
        "owner": accounts.make_member("olivia"),
        "blocked": accounts.make_member("bert"),
        "minor": accounts.make_minor("mina"),
        "moderator": accounts.make_member("moe", roles=("moderator",)),
        "admin": accounts.make_member("anna", roles=("admin",)),
    }
    for role, member in people.items():
        client = world.app.test_client()
        accounts.sign_in(client, member, second_factor=role in STAFF)
        world.cookies[role] = dict(client._cookies)
        world.tokens[role] = tokens.make(member.id, name="All", scopes=SCOPES, days=30, now=clock.now())
        world.names[role] = member.handle
    return people


def _between_people(world: World, people: dict[str, Member]) -> None:
    now, owner = clock.now(), people["owner"]
    asker = accounts.make_member("rosa")
    db.session.add(Approver(member_id=owner.id, since=now))
    db.session.flush()
    community.follow(asker.id, owner, now=now)
    request = db.session.query(FollowRequest).filter_by(followed_id=owner.id).one()
    blocks.block(owner.id, people["blocked"].id, now=now)
    db.session.flush()
    world.names["asker"] = asker.handle
    world.names["request"] = ids.encode(request.id)


def _accounts_of(world: World, owner: Member) -> None:
    """What the owner alone may change: a session, a passkey, an API token, links out of mails."""
    now = clock.now()
    passkey = Passkey(
        user_id=owner.id,
        name="a phone",
        credential_id=b"credential",
        public_key=b"key",
        transports=[],
        device_type="multi_device",
        created_at=now,
        lastuse_datetime=now,
    )
    db.session.add(passkey)
    tokens.make(owner.id, name="A script", scopes=["feed:read"], days=30, now=now)
    token = db.session.query(ApiToken).filter_by(name="A script").one()
    db.session.flush()
    world.names |= {
        "session": ids.encode(accounts.sign_in(world.app.test_client(), owner).id),
        "passkey": ids.encode(passkey.id),
        "token": ids.encode(token.id),
    }
    waiting = accounts.make_member("wanda", confirmed=False)
    for name, member, purpose in (
        ("confirm", waiting, tickets.CONFIRM),
        ("reset", owner, tickets.RESET),
        ("change_email", owner, tickets.CHANGE_EMAIL),
    ):
        address = "new@example.test" if purpose == tickets.CHANGE_EMAIL else member.email
        world.names[name] = tickets.token_of(tickets.make(member.id, purpose, address, now))


def _closet(world: World, owner: Member) -> dict[str, Item]:
    """Two items, one of them public, and an upload that belongs to no item yet."""
    items = {}
    for number, name in enumerate(("item", "public_item")):
        photo = closets.upload(owner, photos.upload(photos.jpeg(400 + number * 40, 300)), now=clock.now())
        facts = {"category": "tops"}
        items[name] = closets.add(owner, facts, [photo], upload_key=f"key{number}", now=clock.now(), similar_ok=True)
        world.names[name] = ids.encode(items[name].id)
        world.names[f"{name}_photo"] = ids.encode(photo.id)
    closets.publicise(items["public_item"], now=clock.now())
    db.session.flush()
    private, public = (item.photos[0] for item in items.values())
    world.names |= {
        "photo": ids.encode(private.id),
        "signed": addresses.address(private.id, None, 320).partition("?")[2],
        "public_token": str(public.public_token),
    }
    return items


def _export(world: World, owner: Member) -> None:
    """A copy of what is kept about the owner; the tasks make it."""
    export = exports.ask(owner.subject_id, asked_by="page", locale="en", now=clock.now())
    world.names["export"] = ids.encode(export.id)


def _guardian(world: World, minor: Member) -> None:
    """Two questions to a parent, one of them answered with yes."""
    now = clock.now()
    for purpose in ("our_news", "partner_offers"):
        guardians.ask(minor, purpose, "email", "augusta@example.test", now)
    waits, agreed = (guardians.of(minor.subject_id, purpose, "email") for purpose in ("our_news", "partner_offers"))
    assert waits is not None and agreed is not None
    with world.app.test_request_context():
        shown = notices.read("CP5", notices.stamp("CP5", [("partner_offers", "email")]))
    assert shown is not None
    guardians.agree(agreed, "Augusta", shown, now=clock.now(), circumstances={})
    world.names["guardian"] = guardians.token(waits, guardians.DECIDE)
    world.names["guardian_end"] = guardians.token(agreed, guardians.END)


def _consent(world: World, owner: Member) -> None:
    """Something the owner said no to."""
    said = consents.answer(owner.subject_id, "our_news", "email", "refused", now=clock.now(), method="form:test")
    world.names["answer"] = ids.encode(said.id)


def _looks(world: World, people: dict[str, Member], items: dict[str, Item]) -> None:
    """Looks of every visibility, a draft, and comments of two people."""
    owner, member = people["owner"], people["member"]
    made = {
        "look": looks.make_look(owner, caption="A #walk"),
        "members_look": looks.make_look(owner, visibility="members"),
        "followers_look": looks.make_look(owner, visibility="followers"),
        "draft": looks.make_look(owner, published=False, visibility="private"),
    }
    revision = Revision(look_id=made["draft"].id, at=clock.now(), base_version=1, content={"caption": "other words"})
    db.session.add(revision)
    db.session.flush()
    comments = {
        "comment": looks.make_comment(made["look"], owner),
        "mias_comment": looks.make_comment(made["look"], member),
    }
    world.names |= {name: ids.encode(row.id) for name, row in {**made, **comments, "revision": revision}.items()}


def _sign_up(world: World) -> None:
    """Somebody who asked for the newsletter and has not confirmed it yet."""
    now = clock.now()
    weekly = db.session.query(Newsletter).one()
    contact = subscriptions.contact_for("waits@example.test", now)
    names = {"first_name": "Ada", "last_name": "Mode", "locale": "en"}
    signup = subscriptions.sign_up(contact, [weekly.id], **names, method="form", stamped=None, now=now)
    draft = {"title": "Sale", "body": "Coats are in.", "purpose": "our_news", "country": None}
    world.names["text"] = ids.encode(texts.make(draft, now).id)
    world.names |= {"newsletter": weekly.slug, "newsletter_id": ids.encode(weekly.id)}
    evidence = {"source": "A fair", "consented_on": now.date(), "wording": "Yes, send me the weekly."}
    file = imports.begin(weekly, b"EMAIL,FNAME,LNAME\nb@example.test,Bea,Mode\n", **evidence, made_by_id=None, now=now)
    world.names["import"] = ids.encode(file.id)
    db.session.commit()
    tasks.drain(world.app)  # its mail has a token of its own
    world.names["signup"] = subscriptions.new_token(signup)


def _newsletters(world: World) -> None:
    """The links in a mail that somebody without an account got."""
    subscription = newsletters.make_subscription(newsletters.make_newsletter("weekly"))
    link = keys.Link(subscription.id, 0)
    world.names |= {use: keys.token(use, link) for use in ("leave", "preferences", "why", "open")}


def _sponsor(world: World) -> None:
    """A sponsor with somebody who signs in for them, a contest that is over, and what was prepared of it."""
    sponsor, staff, now = contests.make_sponsor(), accounts.make_member("mark", roles=("marketing",)), clock.now()
    closed = contests.make_contest("closed", sponsor=sponsor)
    asked = contests.make_sharing(closed, sponsor)
    said = {"reason": "as agreed with them", "means": "file", "form": "csv", "by_id": staff.subject_id}
    person = sponsors.let_in(sponsor, accounts.make_member("sponsora").handle, by_id=staff.id, now=now)
    made = {
        "sponsor": sponsor,
        "sponsor_person": person,
        "closed": closed,
        "prize": db.session.query(Prize).filter_by(contest_id=closed.id).one(),
        "sharing": asked,
        "handout": handing.prepare(asked, **said, now=now),
    }
    world.names |= {name: ids.encode(row.id) for name, row in made.items()}
    entrant = accounts.make_member("erna")
    contests.make_entry(closed, entrant)
    yes = {"now": now, "method": "form:test"}
    consents.answer(entrant.subject_id, sharing.purpose_of(asked), sharing.CHANNEL, "given", **yes)
    release = handing.hand_over(made["handout"], by_id=staff.subject_id, now=now)
    world.names["handover"] = ids.encode(release.handover_id)


def _campaigns(world: World) -> None:
    """A draft, and a letter that is in the archive."""
    weekly, now = db.session.query(Newsletter).filter_by(slug="weekly").one(), clock.now()
    made = {
        "campaign": newsletters.make_campaign(weekly),
        "letter": newsletters.make_campaign(weekly, state="finished", started_at=now, archived_at=now),
    }
    world.names |= {name: ids.encode(campaign.id) for name, campaign in made.items()}


def _returned(world: World) -> None:
    """A mail to us that nobody understood."""
    returns.keep(b"Subject: Hello\r\n\r\nHello", (), via="smtp", now=clock.now())
    world.names["returned"] = ids.encode(db.session.query(Return).one().id)


def _bulk_exports(world: World, people: dict[str, Member]) -> None:
    """One that the admin asked for and may download, and one of another admin that waits for a second person."""
    made = {
        "small_export": bulk.make_export(people["admin"], counted=100),
        "large_export": bulk.make_export(accounts.make_member("greta", roles=("admin",)), counted=5000),
    }
    world.names |= {name: ids.encode(export.id) for name, export in made.items()}


def _surveys(world: World) -> None:
    """One that takes answers, one that is over, and a draft with a question."""
    partner = contests.make_sponsor()
    channel, theirs = contests.make_channel(partner), {"sponsor_id": partner.id}
    world.names |= {"partner": channel.slug, "partner_id": ids.encode(partner.id), "channel": ids.encode(channel.id)}
    running, over, draft = (contests.make_survey(state, **theirs) for state in ("open", "closed", "draft"))
    contests.make_question(running)
    world.names |= {"survey": running.slug, "survey_over": over.slug}
    promotion = contests.make_promotion(**theirs)
    world.names |= {"promotion": promotion.slug, "promotion_id": ids.encode(promotion.id)}
    made = {"survey_over_id": over, "survey_draft": draft, "question": contests.make_question(draft)}
    world.names |= {name: ids.encode(row.id) for name, row in made.items()}


def _contests(world: World, people: dict[str, Member]) -> None:
    """One that takes entries, with one of the owner, and a draft."""
    contest = contests.make_contest(sponsor=contests.make_sponsor())
    world.names |= {"contest": contest.slug, "contest_id": ids.encode(contest.id)}
    entry = contests.make_entry(contest, people["owner"], look_id=looks.make_look(people["owner"]).id)
    world.names["entry"] = ids.encode(entry.id)
    world.names["contest_draft"] = ids.encode(contests.make_contest("draft").id)


def _drawn(world: World) -> None:
    """A contest that was published and opened, so that its draw was promised; with a witness."""
    drawn = contests.make_contest("draft")
    witnesses.name(drawn, who="Nora Notary", email="nora@notary.test", nonce_sha256="ab" * 32, now=clock.now())
    drawn.state = "open"
    db.session.flush()
    drawing.promise(ContestPublished(drawn.id))
    drawing.open_(ContestOpened(drawn.id))
    token = witnesses.token_of(db.session.get_one(Witness, drawn.id))
    world.names |= {"drawn": drawn.slug, "drawn_id": ids.encode(drawn.id), "witness_token": token}


def _polled(world: World, people: dict[str, Member]) -> None:
    """A contest under public vote, with an entry of the owner."""
    now = clock.now()
    polled = contests.make_contest(votes_from=now - timedelta(minutes=1), votes_until=now + timedelta(days=2))
    entry = contests.make_entry(polled, people["owner"], look_id=looks.make_look(people["owner"]).id)
    world.names |= {"polled": polled.slug, "polled_id": ids.encode(polled.id), "polled_entry": ids.encode(entry.id)}


def _judged(world: World, people: dict[str, Member]) -> None:
    """A contest whose jury the owner sits in, with an open round; and one whose jury has come to its end."""
    now = clock.now()
    jury = {"decided_by": "jury", "judging_until": now + timedelta(days=2), "draw_at": None}
    judged, tallied = contests.make_contest("closed", **jury), contests.make_contest("announced", **jury)
    entry = contests.make_entry(judged, accounts.make_member(), locked_sha256="0" * 64)
    facts.state(judged.id, "entries", {"sha256": "0" * 64, "count": 1}, now=now)
    seats = [contests.make_judge(judged, member) for member in (people["owner"], accounts.make_member())]
    planned = {"method": "yesno", "quorum": 2, "takes": 1, "due_at": now + timedelta(days=1)}
    round_ = judging.plan_round(judged, planned, now=now)
    judging.open_round(round_, now=now)
    assert entry.number == 1
    world.names |= {"judged": judged.slug, "judged_id": ids.encode(judged.id), "tallied": tallied.slug}
    world.names |= {"jury_seat": ids.encode(seats[1].id), "jury_round": ids.encode(round_.id)}


def _won(world: World, people: dict[str, Member]) -> None:
    """A contest that the owner won, the badge for it, and some points."""
    won = contests.make_contest("announced")
    winner = contests.make_winner(contests.make_entry(won, people["owner"]))
    of_it = {"issuer": "Clozette", "rule": "by draw", "evidence_kind": "contest", "evidence_id": won.id}
    badges.give(people["owner"].id, kind="contest_winner", **of_it, now=clock.now())
    (badge,) = badges.of(people["owner"].id)
    world.names |= {"won": won.slug, "won_id": ids.encode(won.id), "winner": ids.encode(winner.id)}
    world.names["badge"] = ids.encode(badge.id)
    points.earn(people["owner"].id, "survey", won.id, 5, now=clock.now())
    world.names["points"] = ids.encode(points.given().items[0][0].id)


def _shop(world: World, owner: Member) -> None:
    """The owner sells: one listing for each deed that would end another's."""
    seller = shop.make_seller(owner, **products.TRADER)
    for name in ("product", "paused_product", "removed_product", "deleted_product"):
        product = products.make_product(owner, seller=seller, draft=name == "paused_product")
        world.names[name] = ids.encode(product.item.id)
    world.names["seller"] = ids.encode(seller.id)
    names = ("listing", "edited_listing", "paused_listing", "removed_listing", "deleted_listing", "patched_listing")
    for name in names:
        item = make_item(owner, public=True)
        state = "paused" if name == "paused_listing" else "active"
        listing = shop.make_listing(seller, item, state=state)
        world.names[name] = ids.encode(listing.id)
        if name == "edited_listing":
            goods.make_file(listing)
    world.names["unsold"] = ids.encode(make_item(owner).id)
    _bought(world, owner)
    _sold(world, seller)
    _swapped(world, owner, seller)


def _swapped(world: World, owner: Member, seller: Seller) -> None:
    """Somebody offers something to swap, and is asked by the owner to swap another thing."""
    friend = shop.make_seller(accounts.make_member("friend"))
    world.names["to_swap"] = ids.encode(shop.make_listing(friend, mode="swap").id)
    parts = [Part(one, [shop.make_listing(one, mode="swap")], 5000) for one in (seller, friend)]
    world.names["swap"] = swaps.propose(owner, parts, form_key="swap", now=clock.now()).ref


def _sold(world: World, seller: Seller) -> None:
    """Somebody bought from the owner, paid, and was told of."""
    buyer, now = accounts.make_member("customer"), clock.now()
    order = shop.make_order(buyer, shop.make_listing(seller), state="paid", paid_at=now)
    deeds.introduce(order, now)
    world.names["sold_order"] = order.ref
    world.names["owed"] = ids.encode(_owed(buyer, seller))


def _owed(buyer: Member, seller: Seller) -> int:
    """Money that went back to somebody did not arrive."""
    now = clock.now()
    order = shop.make_order(buyer, shop.make_listing(seller), state="paid", paid_at=now)
    payment = db.session.get_one(Payment, payments.ask(order, buyer, now))
    payment.state, payment.session, payment.intent, payment.paid_at = "paid", "cs_owed", "pi_owed", now
    db.session.flush()
    ledger.book_paid(order.id, now)
    row = refunds.refund(order, {"shipping": 100}, because="seller", key="owed", now=now)
    row.state, row.why, row.done_at = "failed", "returned", now
    db.session.flush()
    ledger.book_refund_failed(row.id, now)
    return row.id


def _review(owner: Member, seller: Seller) -> int:
    """The owner said how it was, and that is shown."""
    now = clock.now()
    order = shop.make_order(owner, shop.make_listing(seller), state="complete", paid_at=now)
    said = reviews.write(order, "buyer", stars=4, as_described=True, words="As in the pictures.", now=now)
    reviews.show(order.id, now)
    return said.id


def _case(owner: Member, seller: Seller) -> int:
    """The owner complains about something that they bought."""
    now = clock.now()
    days = {"paid_at": now, "protected_until": now + timedelta(days=7)}
    order = shop.make_order(owner, shop.make_listing(seller), state="received", **days)
    return cases.open_case(order, "damaged", {"shipping": 100}, Said("A tear."), by=owner, now=now).id


def _bought(world: World, owner: Member) -> None:
    """The owner buys from somebody else: one thing is held for them, one is in their cart."""
    merchant = shop.make_seller(accounts.make_member("merchant"))
    order, wanted = shop.make_order(owner, shop.make_listing(merchant)), shop.make_listing(merchant)
    now = clock.now()
    payments.ask(order, owner, now)
    carts.put_back(owner.id, {wanted.id: 1}, now=now)
    sent = shop.make_order(owner, shop.make_listing(merchant), state="shipped", paid_at=now, shipped_at=now)
    pattern = shop.make_listing(merchant, mode="fee")
    goods.make_file(pattern)
    bought = shop.make_order(owner, pattern, state="received", paid_at=now, digital=True)
    file_line = next(iter(files.of_order(bought.id)))
    world.names |= {"file_order": bought.ref, "file_line": ids.encode(file_line)}
    world.names |= {"held_order": order.ref, "sent_order": sent.ref}
    world.names["case"] = ids.encode(_case(owner, merchant))
    world.names["review"] = ids.encode(_review(owner, merchant))
    world.names["open_offer"] = ids.encode(offers.make_offer(owner, shop.make_listing(merchant)).id)
    world.names |= {"wanted": ids.encode(wanted.id), "merchant": ids.encode(merchant.id)}
