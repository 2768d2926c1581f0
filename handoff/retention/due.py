"""What has been kept long enough, kind by kind, and how one of each is taken out.

A kind lists what is due in pages, without a lock; `take_out` locks one, looks whether it still is due, and
removes it. Nothing with an open case or under a hold is due; what others hang on stays until they are gone.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, delete, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import keeping
from handoff.cases.model import CLOSED, SAFEGUARDING, Case
from handoff.conversations.model import Conversation, Message
from handoff.conversations.service import lock
from handoff.db import ROW
from handoff.jobcentre import model as jobcentre
from handoff.jobcentre.model import Notice
from handoff.keeping import load_policy
from handoff.records.importing import service as importing
from handoff.records.model import Import, ImportRow
from handoff.registrations.come_back import is_old
from handoff.registrations.model import ACTIVE, Draft, Registration
from handoff.retention import old_records
from handoff.retention.holdings import Roots
from handoff.retention.model import Hold
from handoff.retention.removing import lock_threads, remove

Due = Callable[[datetime], Select[uuid.UUID]]


@dataclass(frozen=True)
class Kind:
    """`page` lists what may go; `take_out` says whether it did. `subject`: how the audit names one."""

    code: str
    subject: str
    page: Callable[[AsyncSession, datetime, uuid.UUID | None], Awaitable[old_records.Page]]
    take_out: Callable[[AsyncSession, datetime, uuid.UUID], Awaitable[bool]]


def over(column: Any, area: Any, kind: str, now: datetime) -> ColumnElement[bool]:
    """Whether a time or day lies further back than the kind is kept in that area."""
    policy, is_day = load_policy(), isinstance(column.type, Date)
    own = policy.own(kind)

    def past(keep: keeping.Keep) -> ColumnElement[bool]:
        cutoff = keep.cutoff(now)
        return and_(column < (cutoff.date() if is_day else cutoff))

    usual = and_(or_(area.is_(None), area.not_in(own)), past(policy.usual[kind]))
    return or_(usual, *(and_(area == slug, past(keep)) for slug, keep in own.items()))


def has_open_case(conversation: Any) -> ColumnElement[bool]:
    return exists().where(Case.conversation_id == conversation, Case.state != CLOSED)


def has_safeguarding_case(conversation: Any) -> ColumnElement[bool]:
    return exists().where(Case.conversation_id == conversation, Case.reason == SAFEGUARDING)


def is_held(conversation: Any) -> ColumnElement[bool]:
    return exists().where(Hold.conversation_id == conversation, Hold.lifted_at.is_(None))


def drafts(now: datetime) -> ColumnElement[bool]:
    """Registrations that were begun and left, where nobody is at work and no hold stands."""
    here = Draft.conversation_id
    return and_(is_old(now), ~has_open_case(here), ~is_held(here))


def _threads(kind: str, now: datetime) -> Select[uuid.UUID]:
    """Conversations of a kind: without a case, with closed cases, with a safeguarding case among them."""
    here = Conversation.id
    any_case = exists().where(Case.conversation_id == here)
    of_kind = {
        keeping.CHATS: ~any_case,
        keeping.CASES: and_(any_case, ~has_safeguarding_case(here)),
        keeping.SAFEGUARDING: has_safeguarding_case(here),
    }[kind]
    said = select(func.max(Message.at)).where(Message.conversation_id == here).scalar_subquery()
    closed = select(func.max(Case.closed_at)).where(Case.conversation_id == here).scalar_subquery()
    quiet = [
        over(Conversation.created_at, Conversation.area, kind, now),
        *(or_(last.is_(None), over(last, Conversation.area, kind, now)) for last in (said, closed)),
    ]
    needed = exists().where(Registration.conversation_id == here)
    kept = or_(has_open_case(here), is_held(here), needed)
    return select(Conversation.id).where(of_kind, *quiet, ~kept)


async def _take_thread(session: AsyncSession, now: datetime, one: uuid.UUID, kind: str) -> bool:
    conversation = await session.get(Conversation, one)
    if conversation is None:
        return False
    threads = await lock_threads(session, [conversation.contact_id])
    if not await _still(session, _threads(kind, now), Conversation.id, one):
        return False
    alone = {thread.id for thread in threads} == {one}
    contacts = frozenset([conversation.contact_id] if alone else [])
    await remove(session, now, Roots(contacts=contacts, conversations=frozenset([one])))
    return True


def _registrations(now: datetime) -> Select[uuid.UUID]:
    """Ended long enough ago, and nothing of theirs is in hand, kept for safety, or on its way."""
    here = Registration.conversation_id
    on_its_way = exists().where(
        Notice.registration_id == Registration.id,
        Notice.state.in_((jobcentre.QUEUED, jobcentre.SENDING)),
    )
    safety = and_(has_safeguarding_case(here), ~exists(safety_is_over(now).where(Conversation.id == here)))
    kept = or_(_is_in_hand(), on_its_way, safety)
    ended = over(Registration.ended_on, Registration.area, keeping.REGISTRATIONS, now)
    return select(Registration.id).where(Registration.state != ACTIVE, ended, ~kept)


def _is_in_hand() -> ColumnElement[bool]:
    """A registration whose case is open, or under a hold on its conversation or record."""
    here = Registration.conversation_id
    held = exists().where(Hold.record_id == Registration.record_id, Hold.lifted_at.is_(None))
    return or_(has_open_case(here), is_held(here), held)


def safety_is_over(now: datetime) -> Select[uuid.UUID]:
    """Conversations whose last case was closed longer ago than safeguarding is kept."""
    closed = select(func.max(Case.closed_at)).where(Case.conversation_id == Conversation.id)
    last = closed.correlate(Conversation).scalar_subquery()
    return select(Conversation.id).where(over(last, Conversation.area, keeping.SAFEGUARDING, now))


async def _take_registration(session: AsyncSession, now: datetime, one: uuid.UUID) -> bool:
    found = await session.get(Registration, one)
    if found is None:
        return False
    await lock(session, found.conversation_id)
    if not await _still(session, _registrations(now), Registration.id, one):
        return False
    await remove(session, now, Roots(registrations=frozenset([one])))
    return True


def _notices(now: datetime) -> Select[uuid.UUID]:
    """Settled, not emptied yet, and of a registration that ended and is not in hand.

    While it runs, what was said last tells what would be news. One about nobody we know any more goes whole.
    """
    needed = exists().where(
        Registration.id == Notice.registration_id, or_(Registration.state == ACTIVE, _is_in_hand())
    )
    settled = Notice.state.in_((jobcentre.SENT, jobcentre.ACKNOWLEDGED, jobcentre.TOLD, jobcentre.CANCELLED))
    last = func.coalesce(Notice.acknowledged_at, Notice.sent_at, Notice.withdrawn_at, Notice.created_at)
    return select(Notice.id).where(
        settled, Notice.emptied_at.is_(None), over(last, Notice.area, keeping.NOTICES, now), ~needed
    )


async def _take_notice(session: AsyncSession, now: datetime, one: uuid.UUID) -> bool:
    found = await session.get(Notice, one, with_for_update=ROW, populate_existing=True)
    if found is None or not await _still(session, _notices(now), Notice.id, one):
        return False
    if found.registration_id is None:
        await session.delete(found)
    else:
        found.about, found.acknowledged_by, found.emptied_at = {}, None, now
    await session.flush()
    return True


def _imports(now: datetime) -> Select[uuid.UUID]:
    """Files whose rows are still told of one by one, with nobody under a hold among them."""
    held = exists().where(
        ImportRow.import_id == Import.id, ImportRow.record_id == Hold.record_id, Hold.lifted_at.is_(None)
    )
    over_with = (importing.DONE, importing.UNDONE, importing.FAILED, importing.OLD)
    last = func.coalesce(Import.finished_at, Import.at)
    old = over(last, Import.area, keeping.IMPORTS, now)
    return select(Import.id).where(Import.state.in_(over_with), old, ~held)


async def _take_import(session: AsyncSession, now: datetime, one: uuid.UUID) -> bool:
    found = await session.get(Import, one, with_for_update=ROW, populate_existing=True)
    if found is None or not await _still(session, _imports(now), Import.id, one):
        return False
    await session.execute(delete(ImportRow).where(ImportRow.import_id == one))
    found.state, found.file_name, found.content, found.columns = importing.PAST, importing.PAST_NAME, None, {}
    await session.flush()
    return True


async def _still(session: AsyncSession, due: Select[uuid.UUID], key: Any, one: uuid.UUID) -> bool:
    return (await session.execute(due.where(key == one))).scalar() is not None


def _pages(due: Due, key: Any) -> Callable[..., Awaitable[old_records.Page]]:
    async def page(session: AsyncSession, now: datetime, after: uuid.UUID | None) -> old_records.Page:
        query = due(now).order_by(key).limit(old_records.AT_ONCE)
        query = query.where(key > after) if after else query
        found = list((await session.execute(query)).scalars())
        return old_records.Page(found, found[-1] if len(found) == old_records.AT_ONCE else None)

    return page


def _thread_kind(code: str) -> Kind:
    async def take_out(session: AsyncSession, now: datetime, one: uuid.UUID) -> bool:
        return await _take_thread(session, now, one, code)

    return Kind(code, "conversation", _pages(lambda now: _threads(code, now), Conversation.id), take_out)


KINDS: Sequence[Kind] = (
    Kind(keeping.NOTICES, "jobcentre_notice", _pages(_notices, Notice.id), _take_notice),
    Kind(keeping.IMPORTS, "import", _pages(_imports, Import.id), _take_import),
    Kind(keeping.REGISTRATIONS, "registration", _pages(_registrations, Registration.id), _take_registration),
    *(_thread_kind(one) for one in (keeping.CHATS, keeping.CASES, keeping.SAFEGUARDING)),
    Kind(keeping.RECORDS, "record", old_records.page, old_records.take_out),
)
"""In this order: what others hang on comes after them."""
