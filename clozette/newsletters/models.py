"""The tables of the newsletters room; each part keeps its own."""

from clozette.newsletters.campaigns.models import Arm, Campaign, Compiled, Segment
from clozette.newsletters.mailchimp.models import Channel, Forgotten, Heard, Interest, Posting, Reconciliation, Remote
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

__all__ = [
    "Arm",
    "Campaign",
    "Channel",
    "Compiled",
    "Contact",
    "Forgotten",
    "Heard",
    "Import",
    "Interest",
    "Key",
    "Newsletter",
    "Posting",
    "Reconciliation",
    "Remote",
    "Pace",
    "Run",
    "Segment",
    "Sender",
    "Sending",
    "SignUp",
    "Subscription",
    "Suppression",
    "SuppressionNote",
]
