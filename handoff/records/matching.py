"""Whether two people are one: surely (exact), perhaps (a person decides), or not. Never merged on a guess."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Generic, TypeVar

from handoff.records.person import Details, name_and_phone

Key = TypeVar("Key")
NEARLY = 0.86  # of two names: a letter or two apart
WHY = {
    "similar_name": "same date of birth and a similar name",
    "same_name_born": "same name and date of birth",
    "name_phone": "same name and phone number",
    "number": "same number (ULN, UPN or the list's own)",
}


@dataclass(frozen=True)
class Match(Generic[Key]):
    """The one who is surely the same, and those who may be, each with why (keys of WHY)."""

    exact: Key | None
    likely: tuple[tuple[Key, tuple[str, ...]], ...]


def judge(
    person: Details, ours: Iterable[tuple[Key, Details]], others: Iterable[tuple[Key, Details]] = ()
) -> Match[Key]:
    """Compare somebody with everybody who shares something; two sure matches are none: a person decides.

    So they do about `others`, records that whoever asks may not see: never more than likely, however alike.
    """
    exact: dict[Key, tuple[str, ...]] = {}
    likely: dict[Key, tuple[str, ...]] = {}
    for key, other in ours:
        if _is_exact(person, other):
            exact[key] = ("same_name_born",)
        elif why := _alike(person, other):
            likely.setdefault(key, why)
    if len(exact) == 1:
        return Match(next(iter(exact)), ())
    for key, other in others:
        if why := _alike(person, other):
            likely.setdefault(key, why)
    return Match(None, tuple((likely | exact).items()))


def _is_exact(one: Details, other: Details) -> bool:
    """Same name and date of birth, and the same postcode, phone, or number given by school or council."""
    if not one.date_of_birth or one.date_of_birth != other.date_of_birth:
        return False
    return one.folded_name == other.folded_name and _shares(
        one, other, ("postcode", "phone", "uln", "upn", "client_id")
    )


def _alike(one: Details, other: Details) -> tuple[str, ...]:
    found = []
    same_day = bool(one.date_of_birth) and one.date_of_birth == other.date_of_birth
    if same_day and one.folded_name == other.folded_name:
        found.append("same_name_born")
    elif same_day and similar(one.name_words, other.name_words):
        found.append("similar_name")
    if name_and_phone(one) and name_and_phone(one) == name_and_phone(other):
        found.append("name_phone")
    if _shares(one, other, ("uln", "upn", "client_id")):
        found.append("number")
    return tuple(found)


def _shares(one: Details, other: Details, names: Iterable[str]) -> bool:
    return any(getattr(one, name) and getattr(one, name) == getattr(other, name) for name in names)


def similar(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Words in another order, a name left out, or a letter or two apart; never a shared family name alone."""
    if not ours or not theirs:
        return False
    few, many = sorted((set(ours), set(theirs)), key=len)
    if few <= many and (len(few) > 1 or few == many or ours[0] == theirs[0]):
        return True
    compared = SequenceMatcher(None, " ".join(ours), " ".join(theirs), autojunk=False)
    return min(compared.real_quick_ratio(), compared.quick_ratio()) >= NEARLY and compared.ratio() >= NEARLY
