"""Handles: what they may look like, and which can't be told apart. No database."""

import re
import unicodedata

PATTERN = re.compile(r"[a-z0-9_]{3,30}")

# Words that an address, a role or the site itself needs, or that would let a member pose as the site.
_WORDS = """
    about abuse account accounts admin administrator administrators ads all anonymous api app apps assets auth billing
    blog bot bots bug bugs careers cart checkout closet closets clozette code community confirm contact contest contests
    cookies copyright create dashboard default deleted demo dev developer developers discover dmca docs download edit
    editor email erasure error everyone export exports faq favicon feed feeds feedback follow followers following forum
    guest guests guide healthz help here home host hostmaster image images impressum imprint inbox index info invite item
    items jobs join kontakt legal license list listing listings live login logout look looks mail mailer mail_daemon
    mailinglist manage manifest marketing me media member members message messages metrics mod moderator moderators my
    news newsletter newsletters nobody noc none noreply no_reply notification notifications null oauth official offline
    operator order orders owner password payment payments payout payouts photo photos policy postmaster preferences
    press privacy profile promotion promotions public readyz register report reports request reset robots root rss rules
    sales sandbox search security seller sellers selling service services session sessions settings setup shop signin
    signout signup site sitemap sponsor sponsors staff static status store stripe style styles subscribe superuser support
    survey surveys sysadmin system tag tags team teams terms test tests tos transfer transfers trends undefined
    unsubscribe upload uploads user username users verified verify wear wears webhook webhooks webmaster well_known www
    you your
"""
RESERVED = frozenset(_WORDS.split())

_LOOKS_LIKE = str.maketrans("015", "ols")


def normalise(typed: str) -> str:
    """Fold what was typed to the one way a handle is written: no leading ``@``, compatibility forms, lower case."""
    return unicodedata.normalize("NFKC", typed).strip().removeprefix("@").casefold()


def is_well_formed(handle: str) -> bool:
    """Whether a normalised handle has 3 to 30 of a–z, 0–9 and ``_``, and something besides underscores."""
    return PATTERN.fullmatch(handle) is not None and handle.strip("_") != ""


def skeleton(handle: str) -> str:
    """Fold letters and digits that are easily taken for one another; two handles with one skeleton look alike."""
    folded = handle.translate(_LOOKS_LIKE).replace("rn", "m").replace("vv", "w").replace("i", "l")
    return re.sub("_+", "_", folded.strip("_")) or folded


def is_reserved(handle: str) -> bool:
    """Whether a handle is, or passes for, a word that is not for members."""
    return skeleton(handle).replace("_", "") in _RESERVED_SKELETONS


_RESERVED_SKELETONS = frozenset(skeleton(word).replace("_", "") for word in RESERVED)
