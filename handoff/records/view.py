"""One record as its page shows it: details in words, the spells, what is wanted, and who looked."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.ages import age_on
from handoff.days import day_words
from handoff.records import pairs, service, store
from handoff.records.codes import Codes, load_codes
from handoff.records.log import ACTORS, names_of
from handoff.records.model import Characteristic, Consent, Record, Spell
from handoff.records.pairs import Elsewhere, Likeness
from handoff.records.person import Details, details_of
from handoff.records.rules import months_after
from handoff.records.sections import DATE, LIST, TICK, Field, Section, choices
from handoff.records.service import Activity
from handoff.records.wants import Want, Whole, wants
from handoff.staff.service import Member


@dataclass(frozen=True)
class Shown:
    """A spell with what follows from it; `joined` says that it came with a record joined into this one."""

    spell: Spell
    activity: Activity
    joined: bool
    place: str


@dataclass(frozen=True)
class RecordView:
    """Everything the record's page shows."""

    record: Record
    details: Details
    codes: Codes
    today: date
    spells: Sequence[Shown]
    characteristics: Sequence[Characteristic]
    consents: Sequence[Consent]
    likenesses: Sequence[Likeness]
    elsewhere: Sequence[Elsewhere]
    wants: Sequence[Want]
    contact_months: int
    names: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.details.name or "No name yet"

    @property
    def age(self) -> int | None:
        return age_on(self.details.born, self.today) if self.details.born else None

    @property
    def current(self) -> Shown | None:
        return next((one for one in self.spells if one.spell.ended_on is None), None)

    @property
    def lapsed(self) -> bool:
        """Whether what is known no longer counts as known."""
        lapse = self.current.activity.lapses_on if self.current else None
        return lapse is not None and lapse < self.today

    @property
    def look_in_by(self) -> date | None:
        """Our own standard: the day by which somebody should have asked again."""
        if self.current is None:
            return None
        spell = self.current.spell
        return months_after(spell.verified_on or spell.ascertained_on, self.contact_months)

    def rows(self, section: Section, reveal: bool = False) -> list[tuple[str, str]]:
        """A section's filled fields in words: label and value; secrets masked unless revealed."""
        found = [(field.label, self.words(field, reveal)) for field in section.fields]
        return [(label, value) for label, value in found if value]

    def words(self, field: Field, reveal: bool = False) -> str:
        value = self.value(field.name)
        if field.kind == TICK:
            return "Yes" if value else ""
        if field.kind == LIST and value:
            return dict(choices(self.codes, field, self.today, str(value))).get(str(value), str(value))
        if field.kind == DATE and value:
            return day_words(value if isinstance(value, date) else date.fromisoformat(str(value)))
        return masked(str(value)) if field.secret and value and not reveal else str(value or "")

    def value(self, name: str) -> Any:
        return getattr(self.details, name) if hasattr(self.details, name) else getattr(self.record, name)

    def by(self, actor: str | None) -> str:
        return self.names.get(actor or "", ACTORS.get(actor or "", "a former colleague"))


def masked(value: str) -> str:
    """Enough to tell two apart, not to use one."""
    return f"•••• {value[-3:]}" if len(value) > 6 else "••••"


async def look(session: AsyncSession, today: date, who: Member, record: Record) -> RecordView:
    """Gather what the page shows; the caller asked access for the record."""
    ids = await store.whole(session, record.id)
    spells = [await _shown(session, one, record.id) for one in await store.spells(session, ids)]
    kept = select(Characteristic).where(Characteristic.record_id.in_(ids)).order_by(Characteristic.from_on)
    characteristics = list((await session.execute(kept)).scalars())
    consents = await service.consents(session, record.id)
    current = next((one.spell for one in spells if one.spell.ended_on is None), None)
    doing = service.doing_of(current) if current else None
    standing = await service.standing(session, record)
    whole = Whole(standing, doing, record.lead_authority, record.level_of_need, record.intended_destination)
    months = (await service.currency_of(session, current.code)).contact_months if current else 0
    actors = [record.created_by, *(one.spell.by for one in spells), *(one.by for one in characteristics)]
    actors += [actor for one in consents for actor in (one.given_by, one.withdrawn_by) if actor]
    return RecordView(
        record, standing.details, load_codes(), today, spells, characteristics, consents,
        await pairs.of_record(session, who, ids), await pairs.elsewhere(session, who, ids),
        wants(load_codes(), whole, today), months, await names_of(session, actors),
    )  # fmt: skip


async def _shown(session: AsyncSession, spell: Spell, record_id: uuid.UUID) -> Shown:
    place = " ".join(filter(None, (spell.establishment_name, spell.establishment_number)))
    return Shown(spell, await service.activity_of(session, spell), spell.record_id != record_id, place)


def summary(record: Record) -> dict[str, Any]:
    """A record in a list: who, how old, whose."""
    details = details_of(record.details)
    return {
        "id": str(record.id),
        "name": details.name,
        "date_of_birth": details.date_of_birth or None,
        "area": record.area,
    }
