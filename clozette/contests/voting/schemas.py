"""What voting takes and answers, for pages and programs alike."""

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.contests.voting.rules import RECEIPT_LENGTH, STAFF_ASIDE, STAFF_LIFT
from clozette.kernel.schemas import RowId, Schema


def _receipt() -> ma.fields.String:
    pattern = rf"[0-9a-f]{{{RECEIPT_LENGTH}}}\Z"
    words = _l("A receipt is 32 digits and letters from a to f.")
    return ma.fields.String(
        required=True, validate=ma.validate.Regexp(pattern, error=words), error_messages={"required": words}
    )


class ReceiptIn(Schema):
    """A receipt to look up."""

    receipt = _receipt()


class DecisionIn(Schema):
    """That a vote is set aside, or counts again; the reason says which."""

    receipt = _receipt()
    reason = ma.fields.String(required=True, validate=ma.validate.OneOf((*STAFF_ASIDE, *STAFF_LIFT)))


class ApiVoteIn(Schema):
    """A vote by the API."""

    notice = ma.fields.String(
        validate=ma.validate.Length(max=4000),
        metadata={
            "description": "What `GET …/votes` gave and was shown to you; needed at your first vote in a contest"
        },
    )


class VoteOut(Schema):
    """A vote of yours."""

    entry = RowId()
    number = ma.fields.Integer(attribute="entry_number", metadata={"description": "The entry's number"})
    receipt = ma.fields.String(metadata={"description": "What stands in the open list for it"})
    at = ma.fields.DateTime(format="iso")
    state = ma.fields.String(metadata={"description": "`counted`, `set-aside` or `taken-back`, as it stands now"})
    reason = ma.fields.String()


class BallotOut(Schema):
    """Your votes in a contest."""

    votes = ma.fields.List(ma.fields.Nested(VoteOut))
    left = ma.fields.Integer(metadata={"description": "How many votes you have left"})
    votes_from = ma.fields.DateTime(format="iso", allow_none=True)
    votes_until = ma.fields.DateTime(format="iso", allow_none=True)
    why_not = ma.fields.String(allow_none=True, metadata={"description": "Why you can't vote now, if so"})
    notice = ma.fields.String(allow_none=True, metadata={"description": "What to send with your first vote"})
    wording = ma.fields.String(allow_none=True, metadata={"description": "What has to be shown before it"})
