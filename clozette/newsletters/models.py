"""The tables of the newsletters room; each part keeps its own."""

from clozette.newsletters.campaigns.models import Arm, Campaign, Compiled, Segment
from clozette.newsletters.campaigns.pictures.models import Holding, Picture
from clozette.newsletters.mailchimp.models import (
    Batch,
    Channel,
    Forgotten,
    Heard,
    Interest,
    Posting,
    Reconciliation,
    Remote,
)
from clozette.newsletters.reports.models import ArmTally, HeadCount, Link, Tally, Touch
from clozette.newsletters.returns.models import Mailbox, Return
from clozette.newsletters.sending.models import Pace, Run, Sender, Sending
from clozette.newsletters.subscriptions.imports.models import Import
from clozette.newsletters.subscriptions.models import (
    Contact,
    Key,
    Newsletter,
    SignUp,
    Subscription,
    Suppression,
    SuppressionNote,
)
from clozette.newsletters.texts.models import (
    Answer,
    Phone,
    PhoneCode,
    RegisterCheck,
    RegisterResult,
    TextCampaign,
    TextSending,
)

__all__ = [
    "Answer",
    "Arm",
    "ArmTally",
    "Batch",
    "Campaign",
    "Channel",
    "Compiled",
    "Contact",
    "Forgotten",
    "HeadCount",
    "Heard",
    "Holding",
    "Import",
    "Interest",
    "Key",
    "Link",
    "Mailbox",
    "Newsletter",
    "Pace",
    "Phone",
    "PhoneCode",
    "Picture",
    "Posting",
    "Reconciliation",
    "RegisterCheck",
    "RegisterResult",
    "Remote",
    "Return",
    "Run",
    "Segment",
    "Sender",
    "Sending",
    "SignUp",
    "Subscription",
    "Suppression",
    "SuppressionNote",
    "Tally",
    "TextCampaign",
    "TextSending",
    "Touch",
]
