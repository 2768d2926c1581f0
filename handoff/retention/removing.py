"""Takes rows out, children first, and notes what Rasa and the texting supplier must not bring back.

The caller holds the transaction, and the lock of each conversation that goes.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.conversations.model import Contact, Conversation, Message
from handoff.conversations.service import lock
from handoff.db import ROW, Base, Database
from handoff.rasa import Rasa, RasaUnavailable
from handoff.records.model import ImportRow, Record
from handoff.retention.holdings import HELD, Roots, rows
from handoff.retention.model import TEXT, TRACKER, Forgotten

log = logging.getLogger(__name__)
TEXTS_FOR = timedelta(days=365)
"""So long an erased text is known by its id: catching up never asks for older ones."""


async def lock_threads(session: AsyncSession, contacts: Collection[uuid.UUID]) -> list[Conversation]:
    """Everything these contacts wrote in, locked: the contacts first, as a text that arrives does."""
    people = select(Contact).where(Contact.id.in_(contacts)).order_by(Contact.id)
    await session.execute(people.with_for_update(**ROW))
    found = select(Conversation.id).where(Conversation.contact_id.in_(contacts)).order_by(Conversation.id)
    return [await lock(session, one) for one in (await session.execute(found)).scalars()]


async def remove(
    session: AsyncSession, now: datetime, roots: Roots, only: Collection[type[Base]] = ()
) -> None:
    """Delete all that hangs on these roots, or of these tables only; what others must forget is noted."""
    if not only:
        await _note_forgotten(session, now, roots)
    await _let_go_of_records(session, roots)
    for model in _children_first(only or HELD):
        if (gone := rows(model, roots)) is not None:
            await session.execute(delete(model).where(gone))
    await session.flush()


async def _let_go_of_records(session: AsyncSession, roots: Roots) -> None:
    """A file's rows stay, emptied, so that its numbers still add up; who was joined stands alone again."""
    if not roots.records:
        return
    emptied = update(ImportRow).where(ImportRow.record_id.in_(roots.records))
    await session.execute(emptied.values(record_id=None, before=None, told=None))
    apart = update(Record).where(Record.joined_into_id.in_(roots.records), Record.id.not_in(roots.records))
    await session.execute(apart.values(joined_into_id=None, joined_at=None))


def _children_first(models: Iterable[type[Base]]) -> list[type[Base]]:
    """The tables to delete from, in an order that leaves nothing hanging."""
    order = {table.name: place for place, table in enumerate(Base.metadata.sorted_tables)}
    chosen = (model for model in models if model is not ImportRow)
    return sorted(chosen, key=lambda model: -order[model.__tablename__])


async def _note_forgotten(session: AsyncSession, now: datetime, roots: Roots) -> None:
    """Rasa's memory of them, and the ids of their newest texts."""
    session.add_all(Forgotten(kind=TRACKER, reference=str(one), at=now) for one in roots.conversations)
    texts = select(Message.external_id).where(
        Message.conversation_id.in_(roots.conversations),
        Message.external_id.is_not(None),
        Message.at > now - TEXTS_FOR,
    )
    ids = {one for one in (await session.execute(texts)).scalars() if one}
    session.add_all(Forgotten(kind=TEXT, reference=one, at=now) for one in sorted(ids))
    await session.flush()


async def forget_in_rasa(db: Database, rasa: Rasa) -> int:
    """Have Rasa drop what was removed here; how many conversations it has still to drop.

    Noted with the removal itself, so that a Rasa that is down, or a crash, only makes it later.
    """
    query = select(Forgotten.reference).where(Forgotten.kind == TRACKER).order_by(Forgotten.at)
    async with db.reading() as session:
        left = list((await session.execute(query)).scalars())
    for place, conversation in enumerate(left):
        try:
            await rasa.forget(conversation)
        except RasaUnavailable as trouble:
            log.warning("Rasa has not forgotten yet left=%d why=%s", len(left) - place, trouble)
            return len(left) - place
        async with db.transaction() as session:
            done = delete(Forgotten).where(Forgotten.kind == TRACKER, Forgotten.reference == conversation)
            await session.execute(done)
    return 0


async def forget_old_notes(session: AsyncSession, now: datetime) -> None:
    """The ids of texts that no catching up asks for any more."""
    await session.execute(delete(Forgotten).where(Forgotten.kind == TEXT, Forgotten.at < now - TEXTS_FOR))
