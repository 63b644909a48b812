"""What happened to subscriptions."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SignUpMade:
    """A form waits for its confirmation by mail."""

    signup_id: int


@dataclass(frozen=True)
class SubscriptionChanged:
    """A subscription has another state than before; ``state`` is the new one."""

    subscription_id: int
    state: str


@dataclass(frozen=True)
class NewsletterTurned:
    """A newsletter was closed, or opened again: all its subscribers get something else than before."""

    newsletter_id: int


@dataclass(frozen=True)
class ContactSuppressed:
    """A contact gets no more marketing; ``reason`` is a suppression's."""

    contact_id: int
    reason: str


@dataclass(frozen=True)
class ContactGoes:
    """A contact is about to be deleted, with all that hangs on it."""

    contact_id: int


@dataclass(frozen=True)
class ContactChanged:
    """A contact has another address, another name or another language than before."""

    contact_id: int
