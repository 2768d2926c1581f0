"""The start of a turn: a message is normalised, de-duplicated and stored with its plain facts, in one commit.

From then on nothing can be lost. What is too long to be taken in is screened first, and kept for staff when
there is anything worrying in it."""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import metrics
from handoff.asking import Asking
from handoff.cases.service import CaseRules
from handoff.clock import Clock
from handoff.conversations.model import (
    BOT,
    CLOSED,
    PERSON_AUTHOR,
    SKIPPED,
    STAFF_ONLY,
    Conversation,
    Message,
    Turn,
)
from handoff.conversations.service import (
    append,
    as_json,
    begin_episode,
    heard_from,
    lock,
    replies_of,
    said_before,
    turn_of,
)
from handoff.conversations.words import LONGEST, normalise
from handoff.db import Database
from handoff.errors import Conflict, TooLong, Unprocessable
from handoff.known import stated, take_note
from handoff.savepoint import savepoint
from handoff.screening.heard import Heard
from handoff.screening.holding import bot_may_speak, may_hold
from handoff.screening.long_texts import LongTexts, news
from handoff.screening.service import findings_of
from handoff.screening.triage import triage
from handoff.screening.verdict import Verdict, at_least
from handoff.triaging import to_a_person

log = logging.getLogger(__name__)
IDLE_EPISODE = timedelta(hours=12)
LONGEST_EPISODE = 60
CHECK_IN_FORM = "check_in_form"


@dataclass(frozen=True)
class Received:
    """Where a message now stands; `fresh` is the message itself unless this id was here before."""

    seq: int
    turn_id: uuid.UUID
    fresh: Message | None = None

    @property
    def repeated(self) -> bool:
        return self.fresh is None


class Receiving:
    """Stores what arrives. `announce` is told of a conversation in which staff have something to see."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        rules: CaseRules,
        asking: Asking,
        announce: Callable[[Conversation], None],
    ) -> None:
        self._db, self._clock, self._rules, self._asking = db, clock, rules, asking
        self._announce = announce
        self._long_texts = LongTexts()

    async def receive(
        self, conversation_id: uuid.UUID, external_id: str, text: str, *, skip_bot: bool = False
    ) -> Received:
        """Store a message and its turn. Unprocessable `empty`, Conflict `id_reused`, TooLong `too_long`."""
        words = normalise(text)
        if not words:
            raise Unprocessable("empty", "Write a message first.", field="text")
        if len(words) > LONGEST:
            raise await self._too_long(conversation_id, external_id, words)
        try:
            return await self._store(conversation_id, external_id, words, skip_bot)
        except IntegrityError:  # the same id at the same moment: the other one stored it
            return await self._store(conversation_id, external_id, words, skip_bot)

    async def _store(
        self, conversation_id: uuid.UUID, external_id: str, words: str, skip_bot: bool
    ) -> Received:
        now = self._clock.now()
        async with self._db.transaction(taking_in=True) as session:
            conversation = await lock(session, conversation_id)
            known = await turn_of(session, conversation_id, external_id)
            if known:
                if known[0].text != words:
                    raise Conflict("id_reused", "This message id was used for another text.", field="id")
                return Received(known[0].seq, known[1].id)
            _begin_turn(conversation, now)
            turn = Turn(
                id=uuid.uuid4(),
                conversation_id=conversation_id,
                episode=conversation.episode,
                created_at=now,
                outcome=SKIPPED if skip_bot else None,
            )
            message = await append(
                session,
                conversation,
                now,
                author=PERSON_AUTHOR,
                text=words,
                external_id=external_id,
                turn_id=turn.id,
            )
            turn.message_id, turn.seq = message.id, message.seq
            session.add(turn)
            await self._note(session, now, conversation, words)
            metrics.MESSAGES.labels(conversation.channel).inc()
            return Received(message.seq, turn.id, message)

    async def _note(
        self, session: AsyncSession, now: datetime, conversation: Conversation, words: str
    ) -> None:
        """Keep plain facts, in a savepoint: where that fails the words are stored all the same."""
        try:
            if heard := stated(self._rules, conversation, words):
                async with savepoint(session, conversation):
                    await take_note(session, self._rules, now, conversation, heard)
        except Exception as error:
            log.error("no note taken conversation=%s why=%s", conversation.id, type(error).__name__)

    async def _too_long(self, conversation_id: uuid.UUID, external_id: str, words: str) -> TooLong:
        """Nothing worrying in it is lost: at concern or above it is kept for staff (once) and triaged."""
        sentence = f"That is longer than {LONGEST} characters. Send it in parts; nothing is lost."
        copy_id = f"long:{hashlib.sha256(f'{external_id} {words}'.encode()).hexdigest()[:32]}"
        beside: dict[str, object] = {}
        async for verdict in self._long_texts.verdicts(words):
            if at_least(verdict.level, "concern"):
                beside = await self._seen_to(conversation_id, copy_id, words, verdict)
        return TooLong("too_long", sentence, field="text", beside=beside)

    async def _seen_to(
        self, conversation_id: uuid.UUID, copy_id: str, words: str, verdict: Verdict
    ) -> dict[str, object]:
        try:
            return await self._kept(conversation_id, copy_id, words, verdict)
        except Exception as error:
            log.error("triage failed conversation=%s why=%s", conversation_id, type(error).__name__)
            return await self._kept(conversation_id, copy_id, words, None)

    async def _kept(
        self, conversation_id: uuid.UUID, copy_id: str, words: str, verdict: Verdict | None
    ) -> dict[str, object]:
        """Keep words for staff, once, and triage what was not heard in them before; without a verdict they go
        to a person. {seq, replies} of it."""
        now = self._clock.now()
        async with self._db.transaction(taking_in=True) as session:
            conversation = await lock(session, conversation_id)
            message = await said_before(session, conversation, copy_id)
            known = await findings_of(session, message.id) if message else []
            if message is None:
                _begin_turn(conversation, now)
                message = await _append_copy(session, now, conversation, copy_id, words)
            elif not known:
                verdict = Verdict()  # a person has it
            else:
                may_hold(conversation, now)  # the text was answered: no holding text comes on top
            if verdict is None:
                await to_a_person(session, self._rules, now, conversation, message.turn_id)
            elif heard := news(verdict, known):
                await self._answer(Heard(session, self._rules, now, conversation, message, heard))
            replies = await replies_of(session, message.turn_id) if message.turn_id else []
        self._announce(conversation)
        return {"seq": message.seq, "replies": [as_json(reply) for reply in replies]}

    async def _answer(self, heard: Heard) -> None:
        """Triage the copy; a worry in it, which the assistant is not asked about, gets its kind words."""
        answered = await triage(heard)
        session, now, conversation, message = heard.session, heard.now, heard.conversation, heard.message
        if answered or not message.turn_id or not await bot_may_speak(session, self._rules, conversation):
            return
        await self._asking.be_kind(session, now, conversation, message.id, message.turn_id)


async def _append_copy(
    session: AsyncSession, now: datetime, conversation: Conversation, copy_id: str, words: str
) -> Message:
    return await append(
        session,
        conversation,
        now,
        author=PERSON_AUTHOR,
        text=words,
        external_id=copy_id,
        turn_id=uuid.uuid4(),
        audience=STAFF_ONLY,
    )


def _begin_turn(conversation: Conversation, now: datetime) -> None:
    """Reopen a closed conversation; start a new episode when the old one is stale or long (no form open)."""
    if conversation.state == CLOSED:
        conversation.state = BOT
    last = conversation.last_inbound_at
    stale = last is not None and now - last >= IDLE_EPISODE
    if stale and conversation.form == CHECK_IN_FORM:
        conversation.form = None  # its answers are kept, and days later nobody wants its next question
    if not conversation.form and (stale or conversation.episode_turns >= LONGEST_EPISODE):
        begin_episode(conversation)
    conversation.episode_turns += 1
    heard_from(conversation, now)
