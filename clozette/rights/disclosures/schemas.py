"""How the log is shown to programs."""

import marshmallow as ma

from clozette.kernel.schemas import RowId, Schema
from clozette.privacy.disclosures.models import Recipient
from clozette.privacy.disclosures.recipients import Particulars, particulars


class RecipientOut(Schema):
    """Who got it: a name, not a category."""

    legal_name = ma.fields.String()
    address = ma.fields.String()
    country = ma.fields.String()
    contact = ma.fields.String()

    @ma.pre_dump
    def _who(self, row: Recipient, **_options: object) -> Particulars:
        return particulars(row)


class TellingOut(Schema):
    """What the recipient was told since, and how far that is."""

    kind = ma.fields.String()
    asked_at = ma.fields.AwareDateTime()
    told_at = ma.fields.AwareDateTime(allow_none=True)
    confirmed_at = ma.fields.AwareDateTime(allow_none=True)


class DisclosureOut(Schema):
    """One hand-over of your data."""

    id = RowId()
    at = ma.fields.AwareDateTime(attribute="handover.at")
    recipient = ma.fields.Nested(RecipientOut)
    trigger = ma.fields.String(attribute="handover.trigger")
    object_id = RowId(attribute="handover.object_id", allow_none=True)
    purpose = ma.fields.String(attribute="handover.purpose")
    basis = ma.fields.String(attribute="handover.basis")
    duty = ma.fields.String(attribute="handover.duty")
    categories = ma.fields.List(ma.fields.String(), attribute="handover.categories")
    fields_sent = ma.fields.List(ma.fields.String(), attribute="handover.fields", data_key="fields")
    means = ma.fields.String(attribute="handover.means")
    retention = ma.fields.String(attribute="handover.retention")
    contract = ma.fields.String(attribute="handover.contract")
    consent = RowId(attribute="disclosure.consent_id", allow_none=True)
    wording = ma.fields.String(attribute="words", allow_none=True)
    policy_version = ma.fields.String(attribute="disclosure.policy_version", allow_none=True)
    tellings = ma.fields.List(ma.fields.Nested(TellingOut))
