"""Whose an answer is: a member of staff who may write answers; once they leave nobody's, and that shows."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.vocabulary import Vocabulary
from handoff import audit
from handoff.content import notices
from handoff.content.keeping.model import AnswerOwner
from handoff.content.workflow import Editing, held
from handoff.errors import Unprocessable
from handoff.staff import service as staff
from handoff.staff.service import Staff

RIGHT = "content.edit"


@dataclass(frozen=True)
class Owner:
    """Who was given an answer; `gone` when their account ended or they may not write answers any more."""

    id: uuid.UUID
    name: str
    gone: bool


async def editors(session: AsyncSession, vocabulary: Vocabulary) -> list[Staff]:
    """Everybody who may keep an answer, by name."""
    people = await staff.active(session)
    return sorted((one for one in people if staff.may(vocabulary, one, RIGHT)), key=lambda one: one.name)


async def owners(session: AsyncSession, keepers: Sequence[Staff]) -> dict[str, Owner]:
    """Who was given each answer, by slug; `keepers` are those who may keep one."""
    query = select(AnswerOwner.slug, AnswerOwner.staff_id)
    given = {slug: staff_id for slug, staff_id in await session.execute(query)}
    able = {one.id: one.name for one in keepers}
    left = await staff.names(session, set(given.values()) - able.keys())
    people = {id: Owner(id, name, id not in able) for id, name in (able | left).items()}
    return {slug: people[staff_id] for slug, staff_id in given.items()}


async def give(work: Editing, slug: str, to: str) -> None:
    """Make an answer somebody's, or with nothing nobody's; whoever gets it from a colleague is told.

    Unprocessable for somebody who may not write answers.
    """
    view = await held(work, slug)
    keeper = {str(one.id): one for one in await editors(work.session, work.vocabulary)}.get(to)
    if to and keeper is None:
        raise Unprocessable("no_editor", "Choose somebody who may write answers.", field="owner")
    row = await work.session.get(AnswerOwner, slug)
    if (row and row.staff_id) == (keeper and keeper.id):
        return
    if row:
        await work.session.delete(row)
        await work.session.flush()
    if keeper:
        work.session.add(AnswerOwner(slug=slug, staff_id=keeper.id, since=work.now))
        await work.session.flush()
    whom = str(keeper.id) if keeper else None
    await audit.record(work.session, work.now, work.who.id, "answer.owner", f"answer:{slug}", owner=whom)
    if keeper and keeper.id != work.who.id:
        words = f"{work.who.name} asked you to keep “{view.newest.title}” right."
        await notices.tell(work.session, work.now, [keeper.id], words, f"/staff/answers/{slug}")


async def keep_with(work: Editing, slug: str, name: str) -> None:
    """Have an answer's owner keep it under its new name too."""
    row = await work.session.get(AnswerOwner, slug)
    if row:
        work.session.add(AnswerOwner(slug=name, staff_id=row.staff_id, since=row.since))
        await work.session.flush()
