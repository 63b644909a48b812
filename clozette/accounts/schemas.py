"""What each deed of accounts takes; the names are the HTML fields' names."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import marshmallow as ma
from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from clozette.accounts import addresses, countries, handles, passwords, rules
from clozette.accounts.models import MAX_BIO, MAX_DISPLAY_NAME, MAX_EMAIL
from clozette.kernel import clock
from clozette.kernel.schemas import Line, Schema, Text, Worded, looks_like_card
from clozette.media.schemas import Upload
from clozette.privacy import policies
from clozette.privacy.policies import PolicyVersion

OLDEST = 120
SCOPES = (
    "closet:read",
    "closet:write",
    "looks:read",
    "looks:write",
    "feed:read",
    "profile:read",
    "follows:write",
    "contests:read",
    "contests:write",
    "shop:read",
    "shop:write",
    "privacy:read",
    "privacy:write",
)
MAX_CREDENTIAL = 20_000
_UNREADABLE = _l("The passkey's answer could not be read.")
_NO_SCOPE = _l("Choose at least one thing that the token may do.")
_NOT_LISTED = _l("Please choose one from the list.")


class Email(Line):
    """A mail address, as typed; ``addresses.canonical`` is how it is compared."""

    default_error_messages = {"invalid_email": _l("This is not a mail address, such as name@example.com.")}

    def __init__(self, **kwargs: Any) -> None:
        """Take an address of the length that mail allows."""
        super().__init__(max_length=MAX_EMAIL, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        address = super()._deserialize(value, attr, data, **kwargs)
        if addresses.canonical(address) is None:
            raise self.make_error("invalid_email")
        return address


class Password(Worded, ma.fields.String):
    """A password as typed: nothing is trimmed or folded here."""

    default_error_messages = {
        "required": _l("Please fill this in."),
        "null": _l("Please fill this in."),
        "invalid": _l("This is not text."),
        "long": _l("Please keep this to {max} characters."),
        "card": _l("This looks like a payment card number. Never type one here; it was not kept."),
        "control": _l("This has characters that can't be typed. Type it again."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if len(text) > passwords.MAX_LENGTH:
            raise self.make_error("long", max=passwords.MAX_LENGTH)
        if any(letter < " " or "\ud800" <= letter <= "\udfff" for letter in text):
            raise self.make_error("control")
        if looks_like_card(text):
            raise self.make_error("card")
        return text


class NewPassword(Password):
    """A password to be: long enough. Whether it is too easy to guess, the schema decides with what stands beside it."""

    default_error_messages = {"short": _l("Take at least {min} characters; a few unrelated words are fine.")}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if len(passwords.normalise(text)) < passwords.MIN_LENGTH:
            raise self.make_error("short", min=passwords.MIN_LENGTH)
        return text


class HandleField(Line):
    """A handle, normalised and well-formed; whether it is free is not known here."""

    def __init__(self, **kwargs: Any) -> None:
        """Take what could be a handle."""
        super().__init__(max_length=60, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        handle = handles.normalise(super()._deserialize(value, attr, data, **kwargs))
        problem = rules.handle_problem(handle)
        if problem:
            raise ma.ValidationError(problem)
        return handle


class Choice(Worded, ma.fields.String):
    """One of a list of codes."""

    default_error_messages = {
        "required": _l("Please choose one."),
        "null": _l("Please choose one."),
        "unknown": _NOT_LISTED,
    }

    def __init__(self, codes: frozenset[str], **kwargs: Any) -> None:
        """Take one of ``codes``."""
        super().__init__(**kwargs)
        self.codes = codes

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        code: str = super()._deserialize(value, attr, data, **kwargs)
        if code not in self.codes:
            raise self.make_error("unknown")
        return code


class Language(Choice):
    """One of the languages that the site speaks."""

    def __init__(self, **kwargs: Any) -> None:
        """Take what the site has a catalogue for, which is known only when it runs."""
        super().__init__(frozenset(), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        self.codes = frozenset(languages())
        return super()._deserialize(value, attr, data, **kwargs)


class BirthDate(ma.fields.Date):
    """A date of birth of somebody alive."""

    default_error_messages = {
        "required": _l("Please fill this in."),
        "null": _l("Please fill this in."),
        "invalid": _l("Write the date as year-month-day, such as 1994-06-30."),
        "future": _l("This day has not come yet."),
        "ancient": _l("Please look at the year again."),
    }

    def __init__(self, **kwargs: Any) -> None:
        """Read ISO 8601, which is what browsers send."""
        super().__init__(format="iso", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        day: date = super()._deserialize(value, attr, data, **kwargs)
        today = clock.today()
        if day > today:
            raise self.make_error("future")
        if today.year - day.year > OLDEST:
            raise self.make_error("ancient")
        return day


class AcceptedTerms(ma.fields.Field[PolicyVersion]):
    """The box beside the terms of use: the version that it named, which must still be the one in force."""

    default_error_messages = {
        "required": _l("Please accept the terms of use to join."),
        "null": _l("Please accept the terms of use to join."),
        "changed": _l("The terms of use have changed meanwhile. Please read them and tick the box again."),
    }

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> PolicyVersion:
        if value in ma.fields.Boolean.falsy:
            raise self.make_error("required")
        if value in ma.fields.Boolean.truthy:
            return policies.here(kind="terms")
        named = policies.find("terms", str(value))
        if named is None or named != policies.in_force(named.edition, named.language, clock.now(), "terms"):
            raise self.make_error("changed")
        return named


class RegisterIn(Schema):
    """What joining takes (collection point CP1)."""

    email = Email(required=True)
    password = NewPassword(required=True)
    display_name = Line(required=True, max_length=MAX_DISPLAY_NAME)
    handle = HandleField(required=True)
    country = Choice(countries.CODES, required=True)
    birth_date = BirthDate(required=True)
    terms = AcceptedTerms(required=True)

    @ma.validates_schema(skip_on_field_errors=False)
    def _password_is_not_guessed(self, data: dict[str, Any], **kwargs: Any) -> None:
        if "password" not in data:
            return
        own = [str(data.get(name, "")) for name in ("email", "display_name", "handle", "birth_date")]
        _refuse_easy(data["password"], own, "password")


class LoginIn(Schema):
    """What signing in with a password takes."""

    email = Line(required=True, max_length=MAX_EMAIL)
    password = Password(required=True)
    next = Line(max_length=2000, load_default="")


class CodeIn(Schema):
    """A code of the second factor, or a recovery code."""

    code = Line(required=True, max_length=40)
    next = Line(max_length=2000, load_default="")


class VerifyIn(Schema):
    """The password again, before something that matters."""

    password = Password(required=True)
    next = Line(max_length=2000, load_default="")


class CredentialIn(Schema):
    """A passkey's answer, as the browser's ``toJSON()`` writes it."""

    credential = ma.fields.String(required=True, validate=ma.validate.Length(max=MAX_CREDENTIAL, error=_UNREADABLE))
    name = Line(max_length=60, load_default="")
    next = Line(max_length=2000, load_default="")


class AddressIn(Schema):
    """A mail address to write to."""

    email = Email(required=True)


class NewPasswordIn(Schema):
    """A new password, at the end of a reset."""

    password = NewPassword(required=True)

    def __init__(self, own: list[str], **kwargs: Any) -> None:
        """Know the member's own data, which a password must not be made of."""
        super().__init__(**kwargs)
        self._own = own

    @ma.validates_schema
    def _is_not_guessed(self, data: dict[str, Any], **kwargs: Any) -> None:
        _refuse_easy(data["password"], self._own, "password")


class ChangePasswordIn(Schema):
    """The present password and the one to come."""

    password = Password(required=True)
    new_password = NewPassword(required=True)

    def __init__(self, own: list[str], **kwargs: Any) -> None:
        """Know the member's own data, which a password must not be made of."""
        super().__init__(**kwargs)
        self._own = own

    @ma.validates_schema
    def _is_another(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data["password"] == data["new_password"]:
            raise ma.ValidationError(_("This is the password you have now."), "new_password")
        _refuse_easy(data["new_password"], self._own, "new_password")


class NameIn(Schema):
    """A name for something of one's own."""

    name = Line(required=True, max_length=60)


class ProfileIn(Schema):
    """What a member tells others about themself, and how they like the site."""

    display_name = Line(required=True, max_length=MAX_DISPLAY_NAME)
    bio = Text(max_length=MAX_BIO, load_default="")
    country = Choice(countries.CODES, required=True)
    time_zone = Choice(countries.ZONES, required=True)
    locale = Language(load_default=None)
    avatar = Upload(load_default=None)
    remove_avatar = ma.fields.Boolean(load_default=False)


class HandleIn(Schema):
    """Another handle."""

    handle = HandleField(required=True)


class TokenIn(Schema):
    """A token for the API: what it is for, what it may do, how long."""

    name = Line(required=True, max_length=60)
    scopes = ma.fields.List(
        Choice(frozenset(SCOPES)),
        required=True,
        validate=ma.validate.Length(min=1, error=_NO_SCOPE),
        error_messages={"required": _NO_SCOPE},
    )
    days = ma.fields.Integer(
        load_default=90,
        validate=ma.validate.OneOf((7, 30, 90, 365), error=_NOT_LISTED),
        error_messages={"invalid": _NOT_LISTED},
    )


def languages() -> list[str]:
    """Return the codes of the languages that the site speaks."""
    spoken: list[str] = current_app.extensions["clozette.languages"]
    return spoken


def _refuse_easy(password: str, own: list[str], field: str) -> None:
    problem = passwords.why_not(password, own)
    if problem:
        raise ma.ValidationError(problem, field)
