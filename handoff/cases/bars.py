"""Keeps a case from the member of staff it is about: who is named where harm is heard sees nothing of it.

A lead decides afterwards whether that stays. Names are looked for generously: a colleague kept out by mistake
costs a case a pair of hands, one let in by mistake could cost a child.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterator
from datetime import datetime
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.cases import notices
from handoff.cases.clocks import due_at
from handoff.cases.model import CLOSED, SAFEGUARDING, Case, CaseBar, CaseNote
from handoff.cases.rules import unclaim
from handoff.conversations import model as conversations
from handoff.conversations.model import Conversation, Message
from handoff.conversations.service import append
from handoff.names import words_of
from handoff.staff import service as staff
from handoff.staff.service import Staff

if TYPE_CHECKING:
    from handoff.cases.service import CaseRules

HARM = frozenset(
    "allegation sexual_abuse physical_abuse neglect domestic_abuse grooming criminal_exploitation "
    "radicalisation forced_marriage fgm".split()
)
"""The categories of harm that somebody does: whoever is said to have done it is kept out."""
CLOSE = frozenset({"allegation", "sexual_abuse", "grooming"})
"""Those in which a name alone is enough."""
MESSAGES, LONGEST = 200, 20_000  # how far back names are looked for
_TITLES = r"(?:mr|mrs|ms|miss|mx|dr|sir)"
_NEAR = 200  # characters that hold a name, a middle one too
_BLAMED = re.compile(
    r"\b(?:its|it is|it was|hes|shes|he is|she is|called|named|meant?|its about"
    r"|(?:touched|hit|hurt|kissed|grabbed|groped|raped|assaulted|abused|threatened) by) $"
)
_DID = re.compile(
    r"s? (?:(?:you|u|has|had|is|was|been|keeps?|kept|just|also|always|tried|trying|to|who|that|did) )*"
    r"(?:touch|hit|hurt|kiss|grab|grop|felt|feels|rub|slap|punch|push|rape|assault|abus|threat|flirt|harass)"
)
_ALIKE = 0.8  # "okafour" for Okafor


async def keep_from_the_named(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation
) -> None:
    """Bar every member of staff whom the person names, once the open safeguarding case is about such harm.

    The caller holds the conversation's lock. Who was barred before, or let in again by a lead, is left as is.
    """
    case = (await session.execute(_open(conversation).where(Case.reason == SAFEGUARDING))).scalar()
    if case is None or not HARM & set(case.categories):
        return
    decided = {one.staff_id for one in await bars_of(session, conversation.id, lifted=True)}
    said = plain(await what_they_said(session, conversation))
    met = await _met(session, conversation)
    for person in await staff.active(session):
        if person.id in decided:
            continue
        close = bool(CLOSE & set(case.categories))
        if is_meant(person.name, said, name_is_enough=close, met=person.id in met):
            session.add(CaseBar(conversation_id=conversation.id, staff_id=person.id, at=now))
            await take_away(session, rules, now, conversation, person)
            text = f"{person.name} is named here and cannot see this case. A lead decides whether that stays."
            session.add(CaseNote(case_id=case.id, text=text, at=now))
            await audit.record(session, now, "system", "case.bar", f"case:{case.id}", staff=str(person.id))


async def take_away(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation, person: Staff
) -> None:
    """Give whatever of the conversation this member of staff holds back to the queue, and end their talk."""
    for case in (await session.execute(_open(conversation))).scalars():
        if case.offered_to_id == person.id:
            case.offered_to_id = None
        if case.owner_id == person.id:
            due = due_at(rules.vocabulary, case.reason, case.level, now, rules.area(case.area))
            unclaim(case, due, now)
    if conversation.state == conversations.ADVISER and conversation.owner_id == person.id:
        conversation.state, conversation.owner_id = conversations.WAITING, None
        left = notices.passed_on(person.name.split()[0])
        await append(session, conversation, now, author=conversations.SYSTEM_AUTHOR, text=left, kind="notice")


async def bars_of(
    session: AsyncSession, conversation_id: uuid.UUID, *, lifted: bool = False
) -> list[CaseBar]:
    """Who sees nothing of a conversation; with `lifted` also who was let in again."""
    query = select(CaseBar).where(CaseBar.conversation_id == conversation_id)
    if not lifted:
        query = query.where(CaseBar.lifted_at.is_(None))
    return list((await session.execute(query.order_by(CaseBar.at))).scalars())


def is_barred(staff_id: uuid.UUID | ColumnElement[uuid.UUID]) -> ColumnElement[bool]:
    """For a query over cases: this member of staff is kept from the case's conversation."""
    return exists().where(
        CaseBar.conversation_id == Case.conversation_id,
        CaseBar.staff_id == staff_id,
        CaseBar.lifted_at.is_(None),
    )


def conversations_barred_to(staff_id: uuid.UUID) -> Select[uuid.UUID]:
    """For a query: the conversations that this member of staff is kept from."""
    return select(CaseBar.conversation_id).where(CaseBar.staff_id == staff_id, CaseBar.lifted_at.is_(None))


def is_meant(name: str, said: str, *, name_is_enough: bool, met: bool) -> bool:
    """Whether a text about harm means this member of staff.

    By their full name where that is enough, else where they are said to have done it; by the first name alone
    only the latter, and only of someone the person has met here: "thanks Sam" accuses nobody. `said` is
    `plain` already: many names are looked for in one text.
    """
    parts = plain(name).split()
    if not parts or not (parts[0] in said or parts[-1] in said):
        return False
    full = list(_mentions(parts[0], parts[-1], said))
    if full and name_is_enough:
        return True
    first = [found.span() for found in re.finditer(rf"\b{parts[0]}\b", said)] if met else []
    return any(_is_blamed(said, start, end) for start, end in (*full, *first))


def _mentions(first: str, last: str, said: str) -> Iterator[tuple[int, int]]:
    """Where first and last name stand together, a title and the last name, or the last name with a slip."""
    if first == last:
        yield from (found.span() for found in re.finditer(rf"\b{first}\b", said))
        return
    whole = rf"\b(?:{_TITLES} (?:{first} )?{last}|{last} {first})s?\b"
    yield from (found.span() for found in re.finditer(whole, said))
    for found in re.finditer(rf"\b{first} ", said):
        words = said[found.end() : found.end() + _NEAR].split()[:2]
        for place, word in enumerate(words):
            if _alike(word, last):
                yield found.start(), found.end() + len(" ".join(words[: place + 1]))


def _is_blamed(said: str, start: int, end: int) -> bool:
    """Said to have done it: "it was Sam", "Sam you touched me"."""
    return bool(_BLAMED.search(said[max(0, start - _NEAR) : start]) or _DID.match(said, end))


def _alike(word: str, name: str) -> bool:
    return word in (name, f"{name}s") or SequenceMatcher(None, word, name).ratio() >= _ALIKE


def plain(text: str) -> str:
    """Small letters without accents; every mark is a gap, except an apostrophe, which is nothing."""
    return " ".join(words_of(text))


async def what_they_said(session: AsyncSession, conversation: Conversation) -> str:
    """What the person wrote here, oldest first: a name may come in a message of its own."""
    query = (
        select(Message.text)
        .where(Message.conversation_id == conversation.id, Message.author == conversations.PERSON_AUTHOR)
        .order_by(Message.seq.desc())
        .limit(MESSAGES)
    )
    return " ".join(reversed(list((await session.execute(query)).scalars())))[-LONGEST:]


async def _met(session: AsyncSession, conversation: Conversation) -> Collection[uuid.UUID]:
    """Which staff the person has met in this conversation: they know them by their first name."""
    wrote = select(Message.staff_id).where(
        Message.conversation_id == conversation.id, Message.staff_id.is_not(None)
    )
    have = select(Case.owner_id).where(Case.conversation_id == conversation.id, Case.owner_id.is_not(None))
    met = {one for query in (wrote, have) for one in (await session.execute(query)).scalars() if one}
    return met | ({conversation.owner_id} if conversation.owner_id else set())


def _open(conversation: Conversation) -> Select[Case]:
    return select(Case).where(Case.conversation_id == conversation.id, Case.state != CLOSED)
