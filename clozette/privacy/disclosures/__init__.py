"""The one door: data about people leaves the house by ``disclose`` alone, with a reason, a log entry and a payload made here.

A *recipient* is a named party outside. A *hand-over* is one payload to one recipient; a *disclosure* is one person in it.
A *departure* is what a port says that it really sent. A *telling* is the duty to let a recipient know that data they got
was corrected or erased, or that the consent was withdrawn.
"""

from clozette.privacy.disclosures.door import (
    Agreement,
    BeingErased,
    NotConsented,
    NotDisclosable,
    again,
    ask_erasures_of,
    disclose,
    init_app,
)
from clozette.privacy.disclosures.recipients import know_people, particulars, person, recipient, subject_of
from clozette.privacy.disclosures.silences import silence
from clozette.privacy.disclosures.telling import tell_recipients

__all__ = [
    "Agreement",
    "BeingErased",
    "NotConsented",
    "NotDisclosable",
    "again",
    "ask_erasures_of",
    "disclose",
    "init_app",
    "know_people",
    "particulars",
    "person",
    "recipient",
    "silence",
    "subject_of",
    "tell_recipients",
]
