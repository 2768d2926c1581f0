"""Tells whoever is passed to an adviser unasked (out of learning and work, or near it) what happens next and
how to say no, where the assistant did not: its turn failed, it was not asked, or its form was left open.

Told once: what is owed stands among the conversation's facts, and goes when anybody has told them."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import automatic
from handoff.background import Rounds, apart
from handoff.cases.model import CLAIMED, Case
from handoff.cases.model import WAITING as CASE_WAITING
from handoff.cases.service import (
    AT_RISK,
    NEET,
    NOT_TOLD,
    CaseRules,
    contact_by,
    contact_case,
    owes_word,
    say_no,
    word_given,
)
from handoff.clock import Clock
from handoff.conversations.model import (
    BOT,
    DONE,
    EVERYONE,
    PERSON_AUTHOR,
    SYSTEM_AUTHOR,
    WAITING,
    Conversation,
    Message,
    Turn,
)
from handoff.conversations.service import append, last_word_of_adviser, lock, repeat_question
from handoff.db import Database
from handoff.live import CONSOLE, OUTBOX, Hub, conversation_topic
from handoff.screening.holding import bot_may_speak
from handoff.switches import service as switches

SETTLED = timedelta(seconds=5)
"""After their last word, outside a form."""
ABANDONED = timedelta(minutes=30)
"""A form in which nothing was said for so long is not waited for."""
LOOKED_FOR = timedelta(days=3)
"""By then an adviser has been in touch, or is late; a turn of theirs tells them still."""
A_WHILE = 5
"""Messages: so long "no thanks" is a no to this; a bare no only right after it."""
WORD = (
    "One more thing: an adviser will message you {when} about school, college or work, and what you'd like "
    "next. Don't want that? Say no thanks and I'll tell them."
)
SMS_WORD = "An adviser will text you {when} about what you'd like next. Don't want that? Say no thanks."
DECLINED = (
    "That's fine. I've told the adviser that you don't want this. If you change your mind, "
    'say "talk to a person".'
)
_TAIL = r"(?:[\s,.!]+(?:i'?m|im|i am|we're|its|it's|all|ok|okay|good|fine|alright|sorry|x+))*"
_THANKS = r"(?:thanks?|thank ?(?:you|u)|ty|thx|tnx)"
_NO_THANKS = re.compile(rf"\W*(?:no|nah|nope)\W+{_THANKS}{_TAIL}\W*", re.IGNORECASE)
_NO = re.compile(rf"\W*(?:no|nah|nope)(?:\W+{_THANKS})?{_TAIL}\W*", re.IGNORECASE)


async def tell(
    session: AsyncSession,
    rules: CaseRules,
    now: datetime,
    conversation: Conversation,
    turn: Turn | None = None,
    *,
    in_form: bool = False,
) -> bool:
    """Tell them if that is owed; True when they were told.

    The caller holds the conversation's lock and has made sure that the assistant may speak and is on.
    A form that is open goes on first, unless said otherwise; so does what they wrote after this turn.
    """
    if not owes_word(conversation) or (conversation.form and not in_form):
        return False
    case = await contact_case(session, conversation)
    if case is None or case.declined_at or await _was_written_to(session, conversation, case):
        word_given(conversation)
        return False
    reached = conversation.left_at is None and conversation.blocked_at is None
    if not reached or not await automatic.may_go_out(session, conversation):
        return False
    if await _has_more_to_answer(session, conversation, turn):
        return False
    word_given(conversation)
    when = contact_by(case, rules, now)
    await append(
        session,
        conversation,
        now,
        author=SYSTEM_AUTHOR,
        kind="notice",
        text=WORD.format(when=when),
        sms=SMS_WORD.format(when=when),
        turn_id=turn.id if turn else None,
        external_id=_word_about(case),
    )
    return True


async def hear_no(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation, message: Message
) -> bool:
    """Take a no to what was told here, of which the assistant knows nothing; True when that was all.

    Inside a form it needs the words that we gave them: a bare no is an answer to its question.
    """
    thanks = _NO_THANKS.fullmatch(message.text) is not None
    if not thanks and (conversation.form or not _NO.fullmatch(message.text)):
        return False
    if not await bot_may_speak(session, rules, conversation):
        return False
    case = await contact_case(session, conversation)
    if case is None or case.declined_at or not await _is_about(session, message, case, lately=thanks):
        return False
    await say_no(session, now, conversation)
    await append(
        session,
        conversation,
        now,
        author=SYSTEM_AUTHOR,
        kind="notice",
        text=DECLINED,
        turn_id=message.turn_id,
    )
    if conversation.form:
        await repeat_question(session, conversation, now)
    return True


class Tellings(Rounds):
    """The job that looks for those who are owed the word and whose next turn may never come."""

    pause = 10.0

    def __init__(self, db: Database, clock: Clock, hub: Hub, rules: CaseRules) -> None:
        self._db, self._clock, self._hub, self._rules = db, clock, hub, rules

    async def round(self) -> None:
        """Tell everybody who is owed it and has stopped writing."""
        now = self._clock.now()
        query = (
            select(Conversation.id, Conversation.facts)
            .join(Case, Case.conversation_id == Conversation.id)
            .where(
                Case.state.in_((CASE_WAITING, CLAIMED)),
                Case.reason.in_((NEET, AT_RISK)),
                Case.declined_at.is_(None),
                Case.opened_at > now - LOOKED_FOR,
                Conversation.state.in_((BOT, WAITING)),
                Conversation.last_inbound_at <= now - SETTLED,
            )
        )
        async with self._db.reading() as session:
            found = (await session.execute(query)).all()
        for conversation_id in {one for one, facts in found if NOT_TOLD in (facts or {})}:
            with apart("tellings", conversation=conversation_id):
                await self._tell(conversation_id)

    async def _tell(self, conversation_id: uuid.UUID) -> None:
        now = self._clock.now()
        async with self._db.transaction() as session:
            conversation = await lock(session, conversation_id)
            last = conversation.last_inbound_at
            if conversation.flooded_at or (conversation.form and last and last > now - ABANDONED):
                return
            if not await bot_may_speak(session, self._rules, conversation):
                return
            if await switches.is_off(session, conversation.channel):
                return
            if not await tell(session, self._rules, now, conversation, in_form=True):
                return
        self._hub.notify(conversation_topic(conversation_id), OUTBOX, CONSOLE)


def _word_about(case: Case) -> str:
    return f"contact:{case.id}"


async def _was_written_to(session: AsyncSession, conversation: Conversation, case: Case) -> bool:
    said = await last_word_of_adviser(session, conversation)
    return said is not None and said >= case.opened_at


async def _has_more_to_answer(session: AsyncSession, conversation: Conversation, turn: Turn | None) -> bool:
    """Whether another turn of theirs is under way: it may be the one in which this was heard."""
    query = select(Turn.id).where(Turn.conversation_id == conversation.id, Turn.state != DONE)
    others = query.where(Turn.id != turn.id) if turn else query
    return (await session.execute(others.limit(1))).first() is not None


async def _is_about(session: AsyncSession, message: Message, case: Case, *, lately: bool) -> bool:
    """Whether what was told of this case is the last thing they were told before this message, or, `lately`,
    stands a few messages before it."""
    before = select(func.max(Message.seq)).where(
        Message.conversation_id == message.conversation_id, Message.seq < message.seq
    )
    told = await _seq(session, before.where(Message.external_id == _word_about(case)))
    if told is None:
        return False
    if not lately:
        others = before.where(Message.author != PERSON_AUTHOR, Message.audience == EVERYONE)
        return await _seq(session, others) == told
    said = select(func.count(Message.id)).where(
        Message.conversation_id == message.conversation_id,
        Message.author == PERSON_AUTHOR,
        Message.seq > told,
        Message.seq < message.seq,
    )
    return (await session.execute(said)).scalar_one() < A_WHILE


async def _seq(session: AsyncSession, query: Select[int]) -> int | None:
    return (await session.execute(query)).scalar()
