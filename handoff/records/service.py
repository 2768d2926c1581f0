"""What other features may do with a record: find or make it, say what somebody does, keep their consent."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.errors import Unprocessable
from handoff.records import store
from handoff.records.codes import DIED, IN_LEARNING_OR_WORK, MOVED, NEET, load_codes
from handoff.records.codes import SEEKING as SEEKING
from handoff.records.consent import consents as consents
from handoff.records.consent import give_consent as give_consent
from handoff.records.consent import may_tell as may_tell
from handoff.records.consent import with_withdrawn_consent as with_withdrawn_consent
from handoff.records.consent import withdraw_consent as withdraw_consent
from handoff.records.currency import currency_of as currency_of
from handoff.records.matching import Match, judge
from handoff.records.model import Characteristic, Pair, Record, RecordKey, Spell
from handoff.records.person import FIELDS, Details, details_of, digest, filled, from_facts
from handoff.records.person import PersonFacts as PersonFacts
from handoff.records.rules import Doing, Standing, doing_faults, lapses_on

PERSON = "person"
SUMMER_TIME = timedelta(hours=1)  # at most so far is the clock on an English wall ahead of UTC
JOBCENTRE, OTHERS = "jobcentre", "others"
LEFT_EET, LEFT_MOVED, LEFT_DIED = "entered_eet", "moved", "died"


@dataclass(frozen=True)
class Found:
    """A person's record: whether it was made now, and whether it may be another's (a person decides)."""

    record: Record
    created: bool
    likely: bool


@dataclass(frozen=True)
class Activity:
    """What somebody does now; `lapses_on` is the day it stops counting as known (None: it has none)."""

    code: str
    label: str
    group: str
    started_on: date
    ascertained_on: date
    neet_started_on: date | None = None
    verified_on: date | None = None
    verified_by: str | None = None
    review_on: date | None = None
    predicted_end_on: date | None = None
    lapses_on: date | None = None

    @property
    def is_neet(self) -> bool:
        return self.group == NEET


async def surely(session: AsyncSession, facts: PersonFacts, by: str) -> list[uuid.UUID]:
    """The record of exactly this person, with those joined into it; none where it is not sure whose it is.

    Nobody else born that day is looked for until the caller's transaction ends.
    """
    person = from_facts(facts)
    await store.hold_births(session, [person])
    match: Match[uuid.UUID] = judge(person, *await store.near(session, [person], _theirs(facts, by)))
    return await store.whole(session, match.exact) if match.exact else []


async def find_or_create(session: AsyncSession, now: datetime, facts: PersonFacts, by: str) -> Found:
    """The record of exactly this person, or a new one; a likely match is marked for a person to decide.

    Their newest postcode, phone and e-mail count. Takes the record's lock.
    """
    return await take_in(session, now, from_facts(facts), facts.area, by, "registration", _theirs(facts, by))


def _theirs(facts: PersonFacts, by: str) -> ColumnElement[bool] | None:
    """Which records may be theirs: any where they say so, else those that their area sees."""
    return None if by == PERSON else store.of_areas([facts.area] if facts.area else [])


async def take_in(
    session: AsyncSession, now: datetime, person: Details, area: str | None, by: str, source: str,
    seen: ColumnElement[bool] | None,
) -> Found:  # fmt: skip
    """The same, of somebody about whom more is known. A record that `seen` leaves out is likely at most."""
    await store.hold_births(session, [person])
    match: Match[uuid.UUID] = judge(person, *await store.near(session, [person], seen))
    if match.exact is None:
        return await _made(session, now, person, area, match, by, source)
    record = await store.lock(session, match.exact)
    changed = await _say_newest(session, record, person)
    if area and area != record.area:
        record.area, record.also_area = (record.area or area), area
    store.touched(record, now)
    likely = await _has_open_pair(session, record.id)
    await audit.record(session, now, by, "record.match", f"record:{record.id}", changed=changed)
    return Found(record, created=False, likely=likely)


async def name_reference(session: AsyncSession, record_id: uuid.UUID, reference: str) -> None:
    """Let the record be found by a reference such as WAY-7K4M2P."""
    found = digest("reference", reference)
    if await session.get(RecordKey, (record_id, "reference", found)) is None:
        session.add(RecordKey(record_id=record_id, kind="reference", digest=found))


async def record_activity(
    session: AsyncSession,
    now: datetime,
    record_id: uuid.UUID,
    code: str,
    started_on: date,
    by: str,
    neet_started_on: date | None = None,
    ascertained_on: date | None = None,
) -> Spell:
    """End what they did until now and start this. Unprocessable names the field that cannot be and the fix.

    Days are the area's. A NEET start that cannot be, said by the person, is left at the start.
    """
    record = await store.lock(session, record_id)
    who = await standing(session, record)
    current = await _current(session, record.id)
    doing = Doing(code, started_on, ascertained_on or started_on, neet_started_on)
    if current and (current.code, current.started_on) == (code, started_on):
        return await _confirmed(session, now, record, current, doing.ascertained_on, by)
    today = (now + SUMMER_TIME).date()
    faults = doing_faults(load_codes(), doing, who, today)
    if by == PERSON and {one.field for one in faults} == {"neet_started_on"}:
        doing = replace(doing, neet_started_on=started_on)
        faults = doing_faults(load_codes(), doing, who, today)
    if faults:
        raise Unprocessable("bad_activity", faults[0].says, field=faults[0].field)
    return await start_spell(session, now, record, doing, by)


async def _confirmed(
    session: AsyncSession, now: datetime, record: Record, current: Spell, on: date, by: str
) -> Spell:
    """They still do it: the day, and who said so; nothing else of the spell changes."""
    if on > max(current.ascertained_on, current.verified_on or current.ascertained_on):
        said = "They said so" if by == PERSON else "Noted by a colleague"
        current.verified_on, current.verified_by = on, said
    store.touched(record, now)
    await session.flush()
    await audit.record(session, now, by, "record.activity", f"record:{record.id}", code=current.code)
    return current


async def start_spell(
    session: AsyncSession, now: datetime, record: Record, doing: Doing, by: str, **more: str | None
) -> Spell:
    """Write a checked activity; the caller holds the record's lock. The same again changes its spell."""
    current = await _current(session, record.id)
    if current and (current.code, current.started_on) == (doing.code, doing.started_on):
        spell = current
    else:
        for earlier in await store.spells(session, await store.whole(session, record.id)):
            if earlier.ended_on is None:
                earlier.ended_on, earlier.ended_at = max(earlier.started_on, doing.started_on), now
        spell = Spell(record_id=record.id, by=by, at=now)
        session.add(spell)
    for name, value in (vars(doing) | more).items():
        setattr(spell, name, value)
    store.touched(record, now)
    await session.flush()
    await audit.record(session, now, by, "record.activity", f"record:{record.id}", code=doing.code)
    return spell


async def current_activity(session: AsyncSession, record_id: uuid.UUID) -> Activity | None:
    """What they do now, or None while nothing is recorded."""
    spell = await _current(session, record_id)
    return await activity_of(session, spell) if spell else None


async def has_moved_or_entered_eet(session: AsyncSession, record_id: uuid.UUID) -> str | None:
    """Why a registration ends: "moved", "entered_eet", or "died" (nobody is to be written to); else None."""
    record = await store.settled(session, record_id)
    if record is None:
        return None
    if record.cohort_status == DIED:
        return LEFT_DIED
    if record.cohort_status in MOVED:
        return LEFT_MOVED
    current = await current_activity(session, record.id)
    return LEFT_EET if current and current.group in IN_LEARNING_OR_WORK else None


async def activity_of(session: AsyncSession, spell: Spell) -> Activity:
    """A spell with what follows from it."""
    known = load_codes().activities[spell.code]
    doing = doing_of(spell)
    return Activity(
        code=spell.code,
        label=known.label,
        group=known.group,
        started_on=spell.started_on,
        ascertained_on=spell.ascertained_on,
        neet_started_on=spell.neet_started_on,
        verified_on=spell.verified_on,
        verified_by=spell.verified_by,
        review_on=spell.review_on,
        predicted_end_on=spell.predicted_end_on,
        lapses_on=lapses_on(await currency_of(session, spell.code), doing),
    )


def doing_of(spell: Spell) -> Doing:
    return Doing(**{name: getattr(spell, name) for name in Doing.__dataclass_fields__})


async def standing(session: AsyncSession, record: Record) -> Standing:
    """What the rules of an activity look at besides it."""
    ids = await store.whole(session, record.id)
    query = select(Characteristic.code).where(
        Characteristic.record_id.in_(ids), Characteristic.until_on.is_(None)
    )
    codes = set((await session.execute(query)).scalars())
    return Standing(details_of(record.details), codes, record.ehcp)


async def _current(session: AsyncSession, record_id: uuid.UUID) -> Spell | None:
    found = await store.spells(session, await store.whole(session, record_id))
    return next((one for one in found if one.ended_on is None), None)


async def _made(
    session: AsyncSession, now: datetime, person: Details, area: str | None, match: Match[uuid.UUID],
    by: str, source: str,
) -> Found:  # fmt: skip
    record = Record(
        area=area, details=person.stored(), lead_authority=load_codes().authority_of(area), source=source,
        created_at=now, created_by=by, updated_at=now,
    )  # fmt: skip
    session.add(record)
    await session.flush()
    await store.write_keys(session, record)
    await store.mark_pairs(session, now, record, match.likely)
    await audit.record(session, now, by, "record.create", f"record:{record.id}", likely=len(match.likely))
    return Found(record, created=True, likely=bool(match.likely))


async def _say_newest(session: AsyncSession, record: Record, person: Details) -> list[str]:
    """Take over the newest way to reach them, and what was not known; the names of what changed."""
    old = details_of(record.details)
    newest = {name: value for name in ("postcode", "phone", "email") if (value := getattr(person, name))}
    new = replace(filled(old, person), **newest)
    changed = [name for name in FIELDS if getattr(new, name) != getattr(old, name)]
    if changed:
        record.details = new.stored()
        await store.write_keys(session, record)
    return changed


async def _has_open_pair(session: AsyncSession, record_id: uuid.UUID) -> bool:
    query = select(Pair.id).where(
        (Pair.record_id == record_id) | (Pair.other_id == record_id), Pair.state == "open"
    )
    return (await session.execute(query.limit(1))).first() is not None
