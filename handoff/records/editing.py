"""What staff may change in a record: one function a thing that can be done, in the caller's transaction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit, national_insurance
from handoff.bodies import text_field
from handoff.errors import NotFound, Unprocessable
from handoff.records import service, store
from handoff.records.access import record_for, record_to_change, visible_to
from handoff.records.codes import ENGLAND_LEFT_TO, NOT_KNOWN_AUTHORITY, Codes, load_codes
from handoff.records.matching import judge
from handoff.records.model import Characteristic, Record, Spell
from handoff.records.person import FIELDS, Details, details_of, tidy_phone, tidy_postcode
from handoff.records.rules import Doing, Fault, detail_faults, doing_faults, fitting_faults
from handoff.records.sections import OBJECTORS, SECTIONS, Section
from handoff.staff.service import Member

Values = Mapping[str, Any]
LONGEST_WORDS = 500


class Faulty(Unprocessable):
    """A form with faults: each names its field and how to put it right."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("faults", faults[0].says, field=faults[0].field)
        self.extra["faults"] = [{"field": one.field, "message": one.says} for one in faults]


async def save(
    session: AsyncSession, now: datetime, today: date, who: Member, record_id: uuid.UUID, version: int,
    section: Section, values: Values,
) -> Record:  # fmt: skip
    """Change one section. Faulty for what cannot be; Conflict when somebody changed the record meanwhile."""
    if section.details:
        await _hold_births(session, await record_for(session, who, record_id), values)
    record = await record_to_change(session, who, record_id, version)
    if section.details:
        changed = await _save_details(session, now, today, record, values)
    else:
        changed = _save_columns(section, record, values, today)
    store.touched(record, now)
    await session.flush()
    subject = f"record:{record.id}"
    await audit.record(session, now, who.id, "record.change", subject, section=section.name, changed=changed)
    return record


async def add(
    session: AsyncSession, now: datetime, today: date, who: Member, area: str, values: Values
) -> service.Found:
    """A record for somebody a colleague met. Somebody exactly like them is found, not made again.

    Not where they may not see whom they typed: then a person decides whether both are one.
    """
    if area not in who.areas:
        raise Unprocessable("bad_area", "Choose one of your areas.", field="area")
    details = tidied(Details(**values))
    _refuse(detail_faults(load_codes(), details, (), today))
    return await service.take_in(session, now, details, area, str(who.id), "console", visible_to(who))


async def set_activity(
    session: AsyncSession, now: datetime, today: date, who: Member, record_id: uuid.UUID, version: int | None,
    doing: Doing, verified_by: str | None = None, establishment_name: str | None = None,
) -> Spell:  # fmt: skip
    """Say what they do now; the one before ends as this begins."""
    record = await record_to_change(session, who, record_id, version)
    codes, standing = load_codes(), await service.standing(session, record)
    faults = doing_faults(codes, doing, standing, today)
    _refuse(faults or fitting_faults(codes, doing, standing))
    if doing.verified_on and not verified_by:
        _refuse([Fault("verified_by", "Say who confirmed it, and how.")])
    more = {"verified_by": verified_by, "establishment_name": establishment_name}
    return await service.start_spell(session, now, record, doing, str(who.id), **more)


async def add_characteristic(
    session: AsyncSession, now: datetime, today: date, who: Member, record_id: uuid.UUID, code: str,
    from_on: date, until_on: date | None = None,
) -> Characteristic:  # fmt: skip
    """Say that something is true of them from a day on; the same that still holds is not added again."""
    record = await record_to_change(session, who, record_id)
    known = load_codes().lists["characteristic"].get(code)
    if known is None or not known.offered(today):
        raise Unprocessable("unknown_code", "Choose one from the list.", field="characteristic")
    if from_on > today or (until_on and until_on < from_on):
        told = "It begins today or earlier, and ends after it begins. Check the days."
        raise Unprocessable("bad_days", told, field="from_on")
    standing = await service.standing(session, record)
    faults = detail_faults(load_codes(), standing.details, {code}, today)
    _refuse([Fault("characteristic", one.says) for one in faults if one.field == "gender"])
    if code in standing.characteristics and until_on is None:
        raise Unprocessable("there_already", "The record says so already.", field="characteristic")
    made = Characteristic(
        record_id=record.id, code=code, from_on=from_on, until_on=until_on, by=str(who.id), at=now
    )
    session.add(made)
    store.touched(record, now)
    await session.flush()
    await audit.record(session, now, who.id, "record.characteristic", f"record:{record.id}", code=code)
    return made


async def end_characteristic(
    session: AsyncSession, now: datetime, today: date, who: Member, record_id: uuid.UUID, which: uuid.UUID
) -> None:
    """It is true no more, from today on."""
    record = await record_to_change(session, who, record_id)
    found = await session.get(Characteristic, which)
    if found is None or found.record_id not in await store.whole(session, record.id):
        raise NotFound("There is no such entry in this record.")
    found.until_on = max(found.from_on, today)
    store.touched(record, now)
    await session.flush()
    subject = f"record:{record.id}"
    await audit.record(session, now, who.id, "record.end_characteristic", subject, code=found.code)


async def permit(
    session: AsyncSession, now: datetime, who: Member, record_id: uuid.UUID, purpose: str, form: Values
) -> None:
    """Keep what they agreed to, in the words of the form."""
    record = await record_to_change(session, who, record_id)
    words = text_field(form, "words", LONGEST_WORDS)
    await service.give_consent(session, now, record.id, purpose, words, str(who.id))


async def take_back(
    session: AsyncSession, now: datetime, who: Member, record_id: uuid.UUID, purpose: str
) -> None:
    """They take a permission back."""
    record = await record_to_change(session, who, record_id)
    await service.withdraw_consent(session, now, record.id, purpose, str(who.id))


def tidied(details: Details) -> Details:
    """As it is kept: numbers without spaces, a postcode with its one."""
    tight = {name: getattr(details, name).replace(" ", "").upper() for name in ("uln", "upn")}
    tight["nino"] = national_insurance.tidied(details.nino)
    phones = {name: tidy_phone(getattr(details, name)) for name in ("phone", "parent_phone")}
    return replace(details, postcode=tidy_postcode(details.postcode), **tight, **phones)


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise Faulty(faults)


async def _save_details(
    session: AsyncSession, now: datetime, today: date, record: Record, values: Values
) -> list[str]:
    """Replace the section's details; who they may now be alike to goes to a person, as for a new record."""
    old = details_of(record.details)
    new = tidied(replace(old, **values))
    standing = await service.standing(session, record)
    faults = detail_faults(load_codes(), new, standing.characteristics, today)
    _refuse([one for one in faults if one.field in values])
    changed = [name for name in FIELDS if getattr(new, name) != getattr(old, name)]
    if changed:
        record.details = new.stored()
        await store.write_keys(session, record)
        await _mark_alike(session, now, record, new)
    return changed


async def _hold_births(session: AsyncSession, record: Record, values: Values) -> None:
    """Before the record's lock, as whoever looks for somebody takes them: no two wait for each other."""
    old = details_of(record.details)
    await store.hold_births(session, [old, replace(old, **values)])


async def _mark_alike(session: AsyncSession, now: datetime, record: Record, details: Details) -> None:
    ids = set(await store.whole(session, record.id))
    others = [one for one in await store.candidates(session, [details]) if one[0] not in ids]
    await store.mark_pairs(session, now, record, judge(details, (), others).likely)


def _save_columns(section: Section, record: Record, values: Values, today: date) -> list[str]:
    codes = load_codes()
    faults = [*_unknown(codes, section, values), *_CHECKS.get(section.name, _nothing)(record, values, today)]
    _refuse(faults)
    changed = [name for name, value in values.items() if getattr(record, name) != value]
    for name in changed:
        setattr(record, name, values[name])
    if "lead_authority" in changed:
        _lead(codes, record)
    return changed


def _lead(codes: Codes, record: Record) -> None:
    """The record goes to the leading council's area; the one before still works with it."""
    area = codes.lists["authority"][record.lead_authority or ""].area
    if area != record.area:
        record.area, record.also_area = area, record.area


def _unknown(codes: Codes, section: Section, values: Values) -> list[Fault]:
    listed = [field for field in section.fields if field.codes in codes.lists and values.get(field.name)]
    return [
        Fault(field.name, "Choose one from the list.")
        for field in listed
        if values[field.name] not in codes.lists[field.codes]
    ]


def _nothing(record: Record, values: Values, today: date) -> list[Fault]:
    return []


def _standing_faults(record: Record, values: Values, today: date) -> list[Fault]:
    """26, 904, and what transferred and left England need."""
    ours = {one.code for one in load_codes().lists["authority"].values() if one.area}
    status, to, lead = values["cohort_status"], values["transferred_to"], values["lead_authority"]
    found = []
    if status not in load_codes().lists["cohort_status"]:
        found.append(Fault("cohort_status", "Choose where they stand."))
    if lead not in ours:
        found.append(Fault("lead_authority", "Choose which of our councils leads."))
    if status == "T" and (not to or to in (NOT_KNOWN_AUTHORITY, lead, *ENGLAND_LEFT_TO)):
        found.append(Fault("transferred_to", "Choose the council in England they moved to, another one."))
    if status == "E" and to not in ENGLAND_LEFT_TO:
        found.append(Fault("transferred_to", "Choose Wales, Scotland, elsewhere in the UK, or abroad."))
    if status not in ("T", "E") and to:
        found.append(Fault("transferred_to", "Leave this empty, or choose moved or left England above."))
    return found


def _plan_faults(record: Record, values: Values, today: date) -> list[Fault]:
    known = load_codes().lists["guarantee"]
    code = values["guarantee_11"]
    if code in known and 11 not in known[code].years:
        return [Fault("guarantee_11", "This one is for Year 12 only.")]
    return []


def _objection_faults(record: Record, values: Values, today: date) -> list[Fault]:
    by, on = values["objected_by"], values["objected_on"]
    if by and by not in dict(OBJECTORS):
        return [Fault("objected_by", "Choose one from the list.")]
    if by and not on:
        return [Fault("objected_on", "Give the day they said no.")]
    if on and not by:
        return [Fault("objected_by", "Choose who said no, or leave the day empty.")]
    return [Fault("objected_on", "The day cannot be in the future.")] if on and on > today else []


_CHECKS = {"standing": _standing_faults, "plans": _plan_faults, "objection": _objection_faults}
assert _CHECKS.keys() <= SECTIONS.keys()
