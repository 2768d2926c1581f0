"""Who somebody is, as a record keeps it, and the plain forms under which it is found and compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property, lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from handoff.crypto import keyring
from handoff.names import folded, words_of

Keys = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class PersonFacts:
    """What somebody said of themselves when they registered."""

    name: str
    date_of_birth: date
    postcode: str
    phone: str | None = None
    email: str | None = None
    area: str | None = None


@dataclass(frozen=True)
class Details:
    """What names or reaches a young person and their parent; "" for what is not known, dates as ISO 8601."""

    given_name: str = ""
    middle_name: str = ""
    family_name: str = ""
    known_as: str = ""
    date_of_birth: str = ""
    address_1: str = ""
    address_2: str = ""
    address_3: str = ""
    town: str = ""
    county: str = ""
    postcode: str = ""
    phone: str = ""
    email: str = ""
    gender: str = ""
    ethnicity: str = ""
    uln: str = ""
    upn: str = ""
    nino: str = ""
    client_id: str = ""
    parent_name: str = ""
    parent_relationship: str = ""
    parent_address: str = ""
    parent_phone: str = ""
    parent_email: str = ""

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.given_name, self.middle_name, self.family_name)))

    @cached_property
    def folded_name(self) -> str:
        """The name as names are compared."""
        return folded(self.name)

    @cached_property
    def name_words(self) -> tuple[str, ...]:
        """The same, word by word."""
        return words_of(self.name)

    @property
    def born(self) -> date | None:
        return date.fromisoformat(self.date_of_birth) if self.date_of_birth else None

    def stored(self) -> dict[str, str]:
        """As a record stores it: what is known."""
        return {name: value for name in FIELDS if (value := getattr(self, name))}


FIELDS = tuple(one.name for one in fields(Details))


def details_of(stored: Mapping[str, str]) -> Details:
    """What a record stores; a field this version does not know is left out."""
    return Details(**{name: value for name, value in stored.items() if name in FIELDS})


def from_facts(facts: PersonFacts) -> Details:
    """The last word of a name is taken for the family's until a person says otherwise."""
    words = facts.name.split()
    given, family = (" ".join(words[:-1]), words[-1]) if len(words) > 1 else (facts.name.strip(), "")
    return Details(
        given_name=given,
        family_name=family,
        date_of_birth=facts.date_of_birth.isoformat(),
        postcode=tidy_postcode(facts.postcode),
        phone=tidy_phone(facts.phone or ""),
        email=(facts.email or "").strip(),
    )


def filled(old: Details, new: Details) -> Details:
    """The old, with what it lacks from the new."""
    return replace(old, **{name: value for name, value in new.stored().items() if not getattr(old, name)})


def tidy_postcode(text: str) -> str:
    """ "nw11aa" -> "NW1 1AA"; what is too short to be one stays as it is."""
    solid = re.sub(r"[^A-Z0-9]", "", text.upper())
    return f"{solid[:-3]} {solid[-3:]}" if len(solid) > 4 else text.strip().upper()


@lru_cache(maxsize=1024)  # reading a number is slow, and a file's row is compared many times
def tidy_phone(text: str) -> str:
    """A number as E.164, so that equal numbers are equal; what is none stays as it was typed."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(text, "GB"), PhoneNumberFormat.E164)
    except NumberParseException:
        return text.strip()


def keys_of(details: Details) -> Keys:
    """What the record can be found by: pairs of a kind and its blind index."""
    return frozenset((kind, digest(kind, value)) for kind, value in _findable(details) if value)


def digest(kind: str, value: str) -> str:
    """The blind index of one value of a kind, however it was typed."""
    return keyring.blind_index(f"record|{kind}|{_plain(kind, value)}")


def name_and_phone(details: Details) -> str:
    return f"{details.folded_name}|{tidy_phone(details.phone)}" if details.phone else ""


def _findable(details: Details) -> Iterator[tuple[str, str]]:
    yield "name", details.name
    yield from (("word", word) for word in words_of(f"{details.name} {details.known_as}"))
    yield "born", details.date_of_birth
    yield "name_phone", name_and_phone(details)
    for kind in ("postcode", "phone", "email", "uln", "upn", "client_id"):
        yield kind, getattr(details, kind)


def _plain(kind: str, value: str) -> str:
    if kind == "name":
        return folded(value)
    if kind == "phone":
        return tidy_phone(value)
    if kind in ("postcode", "uln", "upn"):
        return re.sub(r"[^A-Z0-9]", "", value.upper())
    return value.strip().casefold()


def born_digests(people: Iterable[Details]) -> list[str]:
    """The blind indexes of the days of birth of some people, each once, always in the same order."""
    return sorted({digest("born", one.date_of_birth) for one in people if one.date_of_birth})
