"""What cases keep about people."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_LINK = NotPersonal("link between rows")
_KEY = NotPersonal("tells a form sent twice")
_KEPT = "three years after the case is over, until claims from it lapse"
_COURSE = Personal(
    "activity",
    (Purpose.PROVIDE, Purpose.ENFORCE),
    retention="as long as tax law makes us keep the books",
    erasure="keep",
    kept_because="the books of the other side and of the house; leads to nobody once the person is gone",
)
_STAFF = Personal(
    "activity", (Purpose.PROVIDE,), erasure="clear", export=False, hidden_because="who of the staff decided"
)
_WORDS = Personal("content", (Purpose.PROVIDE, Purpose.ENFORCE), retention=_KEPT, erasure="clear")
_ABOUT_BOTH = Personal(
    "content",
    (Purpose.PROVIDE, Purpose.ENFORCE),
    retention=f"{_KEPT}, or until one of the two sides is erased",
    erasure="clear",
)
_TOLD_BANK = Personal(
    "activity",
    (Purpose.PROVIDE, Purpose.ENFORCE),
    retention=_KEPT,
    erasure="keep",
    kept_because="proof in a dispute that a bank decides; leads to nobody once the person is gone",
)
_SEALED = Personal(
    "activity",
    (Purpose.PROVIDE,),
    retention="until the payment service answered",
    erasure="clear",
    export=False,
    hidden_because="sealed for the payment service; what it says stands in the log of disclosures",
)
_PROOF = ("about", "words", "fields", "state", "why", "asked_at", "done_at")
_OF_BUYER = ("order_id", "buyer_id", "subject_id")
_OF_SELLER = ("order_id", "seller_id", "member_id", "subject_id")
_OF_CASE = ("case_id", *_OF_BUYER)
_OF_SELLERS_CASE = ("case_id", *_OF_SELLER)
_FACTS = (
    "kind",
    "state",
    "state_at",
    "opened_at",
    "due_at",
    "appealed_by",
    "buyer_accepted_at",
    "seller_accepted_at",
    "courier",
    "tracking",
)
_LINE = ("part", "asked_minor", "before_minor", "decided_minor")
_OUTCOME = ("round", "parts", "must_return", "at")
_DECISION = (*_OUTCOME, "reasons")

CASES: Declaration = {
    "shop_cases": Table(
        title=_l("Complaints about your orders"),
        subject=_OF_BUYER,
        also=(_OF_SELLER, ("handled_by_id", "subject_id")),
        second={
            _OF_SELLER: _FACTS,
            ("handled_by_id", "subject_id"): "a case of two others, which one of the staff had in hand",
        },
        columns={
            "id": _LINK,
            "order_id": _LINK,
            "dispute_id": _LINK,
            "handled_by_id": _STAFF,
            **dict.fromkeys(_FACTS, _COURSE),
        },
    ),
    "shop_case_lines": Table(
        title=_l("What was asked back"),
        subject=_OF_CASE,
        also=(_OF_SELLERS_CASE,),
        second={_OF_SELLERS_CASE: _LINE},
        columns={
            "case_id": _LINK,
            "position": NotPersonal("the order on the page"),
            **dict.fromkeys(_LINE, _COURSE),
        },
    ),
    "shop_case_decisions": Table(
        title=_l("What was decided"),
        subject=_OF_CASE,
        also=(_OF_SELLERS_CASE, ("by_id", "subject_id")),
        second={
            _OF_SELLERS_CASE: _DECISION,
            ("by_id", "subject_id"): "a case of two others, which one of the staff had in hand",
        },
        columns={
            "case_id": _LINK,
            "by_id": _STAFF,
            "reasons": _ABOUT_BOTH,
            **dict.fromkeys(_OUTCOME, _COURSE),
        },
    ),
    "shop_case_entries": Table(
        title=_l("What you said in complaints"),
        subject=("author_id", "subject_id"),
        columns={
            "id": _LINK,
            "case_id": _LINK,
            "form_key": _KEY,
            "author_id": Personal("relations", (Purpose.PROVIDE,), erasure="clear"),
            "words": _WORDS,
            **dict.fromkeys(("side", "what", "at"), _COURSE),
        },
    ),
    "shop_proofs": Table(
        title=_l("What banks were told about your orders"),
        subject=("dispute_id", *_OF_BUYER),
        also=(("dispute_id", *_OF_SELLER), ("by_id", "subject_id")),
        second={
            ("dispute_id", *_OF_SELLER): _PROOF,
            ("by_id", "subject_id"): "what one of the staff told a bank about two others",
        },
        columns={
            "id": _LINK,
            "dispute_id": _LINK,
            "photo_id": _LINK,
            "handover_id": _LINK,
            "sellers_handover_id": _LINK,
            "by_id": _STAFF,
            **dict.fromkeys(("asking", "sellers_asking"), _SEALED),
            **dict.fromkeys(_PROOF, _TOLD_BANK),
            "words": _ABOUT_BOTH,
        },
    ),
    "shop_case_photos": Table(
        title=_l("What you showed in complaints"),
        subject=("entry_id", "author_id", "subject_id"),
        columns={
            "entry_id": _LINK,
            "position": NotPersonal("the order on the page"),
            "photo_id": Personal("content", (Purpose.PROVIDE, Purpose.ENFORCE), retention=_KEPT),
        },
    ),
}
