"""The tables of the newsletters room; each part keeps its own."""

from clozette.newsletters.campaigns.models import Arm, Campaign, Compiled, Segment
from clozette.newsletters.mailchimp.models import Channel, Forgotten, Heard, Interest, Posting, Reconciliation, Remote
from clozette.newsletters.sending.models import Pace, Run, Sender, Sending
from clozette.newsletters.subscriptions.models import Contact, Key, Newsletter, SignUp, Subscription, Suppression

__all__ = [
    "Arm",
    "Campaign",
    "Channel",
    "Compiled",
    "Contact",
    "Forgotten",
    "Heard",
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
]
