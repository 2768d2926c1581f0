"""Records that may be one person: listed for a person to decide; a join moves nothing and can be undone."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from handoff import audit
from handoff.errors import Conflict, NotFound
from handoff.records import store
from handoff.records.access import of_another_area, visible_to
from handoff.records.matching import WHY
from handoff.records.model import NOT_SAME, OPEN, SAME, Pair, Record, Spell
from handoff.records.person import Details, details_of
from handoff.references import reference_of
from handoff.staff.service import Member

SHOWN = 100


@dataclass(frozen=True)
class Likeness:
    """Two records side by side, and what is alike in them."""

    pair: Pair
    record: Record
    other: Record

    @property
    def sides(self) -> Sequence[tuple[Record, Details]]:
        """The earlier record first: it is the one that stays when both are joined."""
        both = sorted((self.record, self.other), key=lambda one: (one.created_at, str(one.id)))
        return [(one, details_of(one.details)) for one in both]

    @property
    def why(self) -> list[str]:
        return [WHY.get(code, code) for code in self.pair.why]


@dataclass(frozen=True)
class Elsewhere:
    """A record that another area may have too: whose that is (`area`), and what to call the pair by phone."""

    pair: Pair
    record: Record
    area: str

    @property
    def reference(self) -> str:
        return reference_of("M", self.pair.id)

    @property
    def name(self) -> str:
        return details_of(self.record.details).name


async def listed(session: AsyncSession, who: Member, state: str = OPEN) -> list[Likeness]:
    """The pairs of which they may see both sides, the oldest first."""
    one, other = aliased(Record), aliased(Record)
    query = (
        select(Pair, one, other)
        .join(one, one.id == Pair.record_id)
        .join(other, other.id == Pair.other_id)
        .where(Pair.state == state, visible_to(who, one), visible_to(who, other))
        .order_by(Pair.found_at)
        .limit(SHOWN)
    )
    return [Likeness(*row) for row in (await session.execute(query)).all()]


async def of_record(session: AsyncSession, who: Member, ids: Sequence[uuid.UUID]) -> list[Likeness]:
    """Every pair of one person's records that they may see, decided or not."""
    one, other = aliased(Record), aliased(Record)
    query = (
        select(Pair, one, other)
        .join(one, one.id == Pair.record_id)
        .join(other, other.id == Pair.other_id)
        .where(
            or_(Pair.record_id.in_(ids), Pair.other_id.in_(ids)), visible_to(who, one), visible_to(who, other)
        )
        .order_by(Pair.found_at)
    )
    return [Likeness(*row) for row in (await session.execute(query)).all()]


async def elsewhere(
    session: AsyncSession, who: Member, ids: Sequence[uuid.UUID] | None = None
) -> list[Elsewhere]:
    """Open pairs of which they see one side (of one person's records: `ids`), the other area another's."""
    mine, other = aliased(Record), aliased(Record)
    sides = or_(
        and_(Pair.record_id == mine.id, Pair.other_id == other.id),
        and_(Pair.other_id == mine.id, Pair.record_id == other.id),
    )
    query = (
        select(Pair, mine, other.area)
        .join(mine, or_(mine.id == Pair.record_id, mine.id == Pair.other_id))
        .join(other, sides)
        .where(Pair.state == OPEN, visible_to(who, mine), of_another_area(who, other))
        .order_by(Pair.found_at)
        .limit(SHOWN)
    )
    found = await session.execute(query if ids is None else query.where(mine.id.in_(ids)))
    return [Elsewhere(pair, record, area or "") for pair, record, area in found]


async def waiting(session: AsyncSession, who: Member) -> int:
    """How many pairs wait for them to decide."""
    one, other = aliased(Record), aliased(Record)
    query = (
        select(func.count(Pair.id))
        .join(one, one.id == Pair.record_id)
        .join(other, other.id == Pair.other_id)
        .where(Pair.state == OPEN, visible_to(who, one), visible_to(who, other))
    )
    return (await session.execute(query)).scalar_one()


async def decide(
    session: AsyncSession, now: datetime, who: Member, pair_id: uuid.UUID, same: bool
) -> Likeness:
    """One person, or two. Conflict when a colleague decided first."""
    found = await _to_change(session, who, pair_id)
    if found.pair.state != OPEN:
        raise Conflict("decided", "A colleague has decided this one already.")
    if same:
        await _join(session, now, found)
    _decided(found.pair, now, who, SAME if same else NOT_SAME)
    await session.flush()
    action = "record.join" if same else "record.keep_apart"
    await _recorded(session, now, who, action, found)
    return found


async def undo(session: AsyncSession, now: datetime, who: Member, pair_id: uuid.UUID) -> Likeness:
    """Take the decision back: both records are as they were, and the pair waits again."""
    found = await _to_change(session, who, pair_id)
    if found.pair.state == OPEN:
        raise Conflict("not_decided", "Nobody has decided this one yet.")
    if found.pair.state == SAME:
        await _part(session, now, found)
    _decided(found.pair, now, who, OPEN)
    await session.flush()
    await _recorded(session, now, who, "record.undo_decision", found)
    return found


async def _join(session: AsyncSession, now: datetime, found: Likeness) -> None:
    """Show the later record under the earlier; where one was joined before, under what it was joined into."""
    (first, _), (later, _) = found.sides
    stays = await store.lock(session, first.id)
    goes = await store.lock(session, later.id)
    if stays.id == goes.id:
        return
    goes.joined_into_id, goes.joined_at, goes.updated_at = stays.id, now, now
    store.touched(stays, now)


async def _part(session: AsyncSession, now: datetime, found: Likeness) -> None:
    """What ended in the joined record while both were one goes on again."""
    for side in (found.record, found.other):
        await session.refresh(side, with_for_update={"key_share": True})
        if side.joined_into_id is None or side.joined_at is None:
            continue
        ended = update(Spell).where(Spell.record_id == side.id, Spell.ended_at >= side.joined_at)
        await session.execute(ended.values(ended_on=None, ended_at=None))
        side.joined_into_id, side.joined_at, side.updated_at = None, None, now


async def _to_change(session: AsyncSession, who: Member, pair_id: uuid.UUID) -> Likeness:
    query = select(Pair).where(Pair.id == pair_id).with_for_update(key_share=True)
    pair = (await session.execute(query)).scalar()
    if pair is None:
        raise NotFound("There is no such pair in your areas.")
    both = select(Record).where(Record.id.in_((pair.record_id, pair.other_id)), visible_to(who))
    found = {one.id: one for one in (await session.execute(both)).scalars()}
    if len(found) < 2:
        raise NotFound("There is no such pair in your areas.")
    return Likeness(pair, found[pair.record_id], found[pair.other_id])


def _decided(pair: Pair, now: datetime, who: Member, state: str) -> None:
    pair.state, pair.decided_by_id, pair.decided_at = state, who.id, now


async def _recorded(session: AsyncSession, now: datetime, who: Member, action: str, found: Likeness) -> None:
    for one, other in ((found.record, found.other), (found.other, found.record)):
        await audit.record(session, now, who.id, action, f"record:{one.id}", other=str(other.id))
