"""The way back to a registration that was begun: a code to write down and the birthday.

Only a keyed digest of the code is kept, as long as its draft. A wrong code and date are told the same,
five tries lead to a person, and a code whose date was guessed wrong five times, from wherever, is dead.
"""

from __future__ import annotations

import re
import secrets
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, not_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.conversations.model import Conversation, Turn
from handoff.crypto import keyring
from handoff.db import ROW
from handoff.keeping import DRAFTS, load_policy
from handoff.registrations.drafts import DOUBT
from handoff.registrations.model import ComeBackTry, Draft

MOST_TRIES = 5
FORGIVEN_AFTER = timedelta(hours=24)
TOLD = "came_back"  # in what is understood of a turn that is not done
WORDS = (
    "amber apple beach birch bread brick brook candle carrot castle cherry clover copper coral daisy "
    "dolphin eagle ember falcon fern forest garden ginger harbour hazel honey island ivory jasmine "
    "kettle ladder lantern lemon lily lunar maple marble meadow melon mango nutmeg ocean olive "
    "orange otter panda pebble pepper pillow planet poppy quartz rabbit ribbon river robin rocket "
    "saffron silver sparrow sunny teapot tiger tulip turtle velvet violet walnut willow window "
    "winter zebra"
).split()
_CODE = re.compile(rf"\b({'|'.join(WORDS)})\W{{0,3}}(\d)\W?(\d)\W?(\d)\W?(\d)\W?(\d)\b", re.IGNORECASE)


@dataclass(frozen=True)
class CameBack:
    """How an attempt ended: the draft is theirs to go on with, or not; `tries_left` before a person helps."""

    found: bool
    tries_left: int


async def save(session: AsyncSession, now: datetime, conversation: Conversation) -> str | None:
    """A new code for the conversation's draft; None while it has no date of birth to open it with.

    An earlier code of the draft ends. The caller holds the conversation's lock.
    """
    draft = await session.get(Draft, conversation.id)
    if draft is None or "date_of_birth" not in draft.answers:
        return None
    code = new_code()
    draft.code_index, draft.wrong_tries, draft.updated_at = _index(code), 0, now
    await session.flush()
    await audit.record(session, now, "person", "registration.save", f"conversation:{conversation.id}")
    return code


async def come_back(
    session: AsyncSession,
    now: datetime,
    conversation: Conversation,
    message_id: uuid.UUID,
    code: str,
    birthday: str,
) -> CameBack:
    """Take the draft of a code and date of birth (ISO 8601) up here, under the conversation's lock.

    What was given from another contact is kept and not shown. The code has done its work then: a repeat of
    the message's turn is told the same, until the turn is done.
    """
    query = select(Turn).where(Turn.message_id == message_id, Turn.conversation_id == conversation.id)
    turn = (await session.execute(query)).scalar()
    if turn and turn.understood and TOLD in turn.understood:
        return CameBack(**turn.understood[TOLD])
    back = await _try(session, now, conversation, code, birthday)
    if turn:
        turn.understood = {**(turn.understood or {}), TOLD: asdict(back)}
    return back


async def _try(
    session: AsyncSession, now: datetime, conversation: Conversation, code: str, birthday: str
) -> CameBack:
    tries, subject = await _tries(session, now, conversation), f"conversation:{conversation.id}"
    if tries.count >= MOST_TRIES:
        return CameBack(False, 0)
    draft = await _draft_of(session, now, code)
    if draft is None or not _is_theirs(draft, birthday):
        tries.count, tries.at = tries.count + 1, now
        await session.flush()
        await audit.record(session, now, "person", "registration.come_back_failed", subject)
        return CameBack(False, MOST_TRIES - tries.count)
    await _take_up(session, now, conversation, draft)
    await session.delete(tries)
    await audit.record(session, now, "person", "registration.come_back", subject)
    return CameBack(True, MOST_TRIES)


def is_old(now: datetime) -> ColumnElement[bool]:
    """For a query: a draft that nobody touched for as long as its code would be good."""
    return Draft.updated_at < load_policy().usual[DRAFTS].cutoff(now)


def code_in(text: str) -> str | None:
    """The code that a text holds, in its one form."""
    found = _CODE.search(text)
    return f"{found[1].upper()}-{''.join(found.groups()[1:])}" if found else None


def new_code() -> str:
    """A word and five digits: short to say, hard to guess with a date of birth and five tries."""
    return f"{secrets.choice(WORDS).upper()}-{secrets.randbelow(100_000):05}"


async def _tries(session: AsyncSession, now: datetime, conversation: Conversation) -> ComeBackTry:
    tries = await session.get(ComeBackTry, conversation.contact_id, with_for_update=ROW)
    if tries is None:
        tries = ComeBackTry(contact_id=conversation.contact_id, count=0, at=now)
        session.add(tries)
    elif now - tries.at >= FORGIVEN_AFTER:
        tries.count = 0
    await session.flush()
    return tries


async def _draft_of(session: AsyncSession, now: datetime, code: str) -> Draft | None:
    query = select(Draft).where(Draft.code_index == _index(code), not_(is_old(now)))
    return (await session.execute(query.with_for_update(**ROW))).scalar()


def _is_theirs(draft: Draft, birthday: str) -> bool:
    """Whether the date is the draft's; a code that was guessed at too often opens for nobody."""
    if draft.wrong_tries >= MOST_TRIES:
        return False
    same = str(draft.answers["date_of_birth"]["value"]) == birthday
    draft.wrong_tries += not same
    return same


async def _take_up(session: AsyncSession, now: datetime, conversation: Conversation, draft: Draft) -> None:
    """Move the draft here: a draft is its conversation's."""
    before = await session.get_one(Conversation, draft.conversation_id)
    if before.id == conversation.id:
        draft.code_index, draft.updated_at = None, now
        return
    answers = draft.answers
    if before.contact_id != conversation.contact_id:
        answers = {name: {**answer, "elsewhere": True} for name, answer in answers.items() if name != DOUBT}
    await session.execute(delete(Draft).where(Draft.conversation_id.in_((before.id, conversation.id))))
    session.expunge(draft)
    session.add(Draft(conversation_id=conversation.id, answers=answers, wrong_tries=0, updated_at=now))
    await session.flush()


def _index(code: str) -> str:
    return keyring.blind_index(f"come-back|{code}")
