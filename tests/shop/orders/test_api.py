"""Orders for programs: each side reads its own, nobody another's, and no more than the pages show."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.accounts.services import tokens
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.paging import PAGE_SIZE
from clozette.shop.orders.models import Order
from tests.factories.accounts import make_member
from tests.factories.shop import make_listing, make_order


@pytest.fixture
def program(app: Any, db_session: Any) -> Callable[..., Any]:
    """Give ``program(member, scope)``: a function that reads the API with a token."""

    def make(member: Member, scope: str = "shop:read") -> Any:
        token = tokens.make(member.id, name="test", scopes=(scope,), days=1, now=clock.now())
        db_session.commit()
        client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
        return lambda path="": client.get(path if path.startswith("/api") else f"/api/v1/orders{path}", headers=headers)

    return make


def test_each_side_reads_what_is_its_own(program: Any, order: Order, sam: Any, bea: Any) -> None:
    (bought,), (sold,) = program(bea)().json, program(sam)("?side=sold").json
    assert (bought["ref"], bought["side"], bought["state"], bought["seller"]) == (order.ref, "bought", "paid", "sam")
    euros = {"items": 4000, "shipping": 500, "refunded": 0, "tax": 0}
    for one, more in ((bought, {"fee": 200, "total": 4700}), (sold, {"fee": 100, "total": 4400})):
        for name, minor in {**euros, **more}.items():
            assert one[name] == {"amount_minor": minor, "currency": "EUR"}, name
        assert not {"address", "buyer", "phone"} & one.keys()
    ((line,),) = (bought["lines"],)
    assert (line["title"], line["quantity"], line["price"]["amount_minor"]) == ("A green coat", 1, 4000)
    assert program(bea)("?side=sold").json == program(sam)().json == []
    assert program(bea)("?side=both").status_code == 422


def test_where_it_goes_is_shown_as_on_the_page(program: Any, order: Order, sam: Any, bea: Any) -> None:
    mine, theirs = program(bea)(f"/{order.ref}").json, program(sam)(f"/{order.ref}").json
    assert (mine["side"], mine["phone"], mine["address"]["line1"]) == ("bought", "+442071838750", "1 High Street")
    assert (theirs["side"], theirs["phone"], theirs["buyer"]) == ("sold", None, "bea")
    assert theirs["address"]["name"] == "Mary Miller"
    order.seller_handover_id = None  # nobody has told the seller yet
    db.session.commit()
    theirs = program(sam)(f"/{order.ref}").json
    assert (theirs["address"], theirs["buyer"]) == (None, None)


def test_nobody_reads_another_s_order(program: Any, order: Order, sam: Any, seller: Any) -> None:
    eve = make_member("eve")
    unpaid = make_order(eve, make_listing(seller))
    db.session.commit()
    assert program(eve)(f"/{order.ref}").status_code == 404
    assert program(sam)(f"/{unpaid.ref}").status_code == 404
    assert program(eve)(f"/{unpaid.ref}").json["state"] == "reserved"
    assert program(eve, "shop:write")().status_code == 403
    assert program(eve)("/nothing%27--").status_code == 404


def test_pages_follow_each_other_in_the_same_few_statements(
    program: Any, seller: Any, query_counter: Any, bea: Any
) -> None:
    read = program(bea)
    make_order(bea, make_listing(seller))
    db.session.commit()
    read()  # notes the day on which the token was used
    with query_counter() as one:
        assert len(read().json) == 1
    for _ in range(PAGE_SIZE):
        make_order(bea, make_listing(seller))
    db.session.commit()
    with query_counter() as many:
        first = read()
    assert len(many) == len(one)
    (rest,) = (read(first.headers["Link"].partition(">")[0][1:]).json,)
    refs = [one["ref"] for one in [*first.json, *rest]]
    assert refs == list(db.session.scalars(sa.select(Order.ref).order_by(Order.id.desc())))
