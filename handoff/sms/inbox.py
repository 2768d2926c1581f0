"""Taking a text in, the same way for a webhook and for one fetched later; doing it again changes nothing.

Words always become a message with a turn, so that they are stored and screened; what the network itself
acts on (STOP, START, HELP), pictures and empty texts get fixed replies instead of the bot.
"""

from __future__ import annotations

import logging
import re
import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import metrics
from handoff.cases.service import CaseRules
from handoff.clock import Clock
from handoff.conversations.model import (
    ADVISER,
    SMS,
    SYSTEM_AUTHOR,
    WAITING,
    Contact,
    Conversation,
    Message,
)
from handoff.conversations.service import append, heard_from, lock, sms_conversation
from handoff.conversations.words import LONGEST, normalise
from handoff.crypto import keyring
from handoff.db import Database
from handoff.errors import Conflict, TooLong
from handoff.live import CONSOLE, OUTBOX, Hub, conversation_topic
from handoff.retention.service import forgotten_texts
from handoff.security import Throttle
from handoff.settings import Settings
from handoff.sms import replies
from handoff.sms.delivery import block, tell_staff, unblock
from handoff.sms.twilio_client import Inbound
from handoff.switched_on import make_good
from handoff.turns import Turns

log = logging.getLogger(__name__)
_NUMBER = re.compile(r"\+?[0-9]{3,19}")
_LONGEST_SID = 56  # leaves room for the mark of the reply that belongs to it


class Inbox:
    """Takes texts in, each once."""

    def __init__(
        self, db: Database, clock: Clock, hub: Hub, rules: CaseRules, settings: Settings, turns: Turns
    ) -> None:
        self._db, self._clock, self._hub, self._rules = db, clock, hub, rules
        self._settings, self._turns = settings, turns
        self._throttle = Throttle(settings.limits.texts_per_number_second, per=1.0)

    async def take_in(self, text: Inbound) -> None:
        """Store the text and see to it; one that was here before, or that names no phone, is left alone."""
        if not (text.sid and text.phone):
            log.warning("a text without id or sender was left alone")
            metrics.REFUSED.labels("sms", "malformed").inc()
            return
        words = normalise(text.body)
        if len(words) > LONGEST and not await self.unknown([text]):
            return
        conversation_id, blocked = await self._thread(text)
        command = replies.command(words, blocked)
        if words and await self._receive(conversation_id, text, bot=command is None):
            command = replies.command(words, blocked=bool(await self._said_while_blocked([text])))
        if command or not _plain(text):
            await self._see_to(conversation_id, text, command, words)

    async def unknown(self, texts: list[Inbound]) -> list[Inbound]:
        """Those of the texts that are not taken in completely."""
        marks = {mark for text in texts for mark in (_sid(text), _mark(text))}
        async with self._db.reading() as session:
            query = select(Message.external_id).where(Message.external_id.in_(marks))
            known = set((await session.execute(query)).scalars())
            known |= await forgotten_texts(session, marks)
        blocked = await self._said_while_blocked(texts)
        return [text for text in texts if _needed(text, blocked=_sid(text) in blocked) not in known]

    async def _said_while_blocked(self, texts: list[Inbound]) -> set[str]:
        """The stored ones (by id) that came after a STOP which still holds: a YES among them ends it.

        An old YES says nothing about a later STOP; one that a crash cut off still has to be acted on.
        """
        query = (
            select(Message.external_id)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(
                Message.external_id.in_([_sid(text) for text in texts]),
                Conversation.blocked_at <= Message.at,
            )
        )
        async with self._db.reading() as session:
            return {sid for sid in (await session.execute(query)).scalars() if sid}

    async def _thread(self, text: Inbound) -> tuple[uuid.UUID, bool]:
        """The conversation of this phone with this number of ours, and whether the phone is blocked."""
        ours = self._our_number(text)
        known = (
            select(Conversation.id, Conversation.blocked_at)
            .join(Contact, Contact.id == Conversation.contact_id)
            .where(
                Contact.channel == SMS,
                Contact.address_index == keyring.blind_index(text.phone),
                Conversation.our_number == ours,
            )
        )
        async with self._db.reading() as session:
            row = (await session.execute(known)).first()
        if row is None:
            area = self._settings.twilio_numbers.get(ours, "")
            async with self._db.transaction(taking_in=True) as session:
                known_area = area if area in self._rules.areas else None
                thread = await sms_conversation(session, self._clock.now(), text.phone, ours, known_area)
            return thread.id, thread.blocked_at is not None
        return row[0], row[1] is not None

    def _our_number(self, text: Inbound) -> str:
        """The number it was sent to. Not knowing it is our settings' fault: it is taken in all the same."""
        known = {self._settings.twilio_number, *self._settings.twilio_numbers}
        if text.our_number not in known:
            log.warning("a text came to a number that TWILIO_NUMBERS does not name")
        return text.our_number if _NUMBER.fullmatch(text.our_number) else self._settings.twilio_number

    async def _receive(self, conversation_id: uuid.UUID, text: Inbound, *, bot: bool) -> bool:
        """Give the words a turn (what is too long for one is screened all the same); True for a repeat."""
        skip = not bot or not self._throttle.allows(text.phone)
        try:
            received = await self._turns.receive(conversation_id, _sid(text), text.body, skip_bot=skip)
        except TooLong:
            return False
        except Conflict:
            log.warning("a text id came again with other words conversation=%s", conversation_id)
            return True
        return received.repeated

    async def _see_to(
        self, conversation_id: uuid.UUID, text: Inbound, command: str | None, words: str
    ) -> None:
        """The fixed reply and whatever else this text asks for, once."""
        mark = _mark(text)
        async with self._db.transaction() as session:
            conversation = await lock(session, conversation_id)
            if await _has(session, conversation_id, mark):
                return
            now = self._clock.now()
            unasked = command in (replies.ON, replies.ABOUT) and _is_in_a_talk(conversation)
            if command == replies.OFF:
                await block(session, self._rules, now, conversation, mark)
            elif command == replies.ON:
                await unblock(session, now, conversation)
                await make_good(session, self._rules, now, conversation)
            staff_notice = _staff_notice(text, words)
            if text.media:
                heard_from(conversation, now)
            if staff_notice:
                await tell_staff(session, now, conversation, staff_notice)
            reply = _reply(text, command, words, with_people=conversation.state in (WAITING, ADVISER))
            if unasked:
                await tell_staff(session, now, conversation, replies.STAFF_WORD, mark)
            elif reply:
                await append(
                    session,
                    conversation,
                    now,
                    author=SYSTEM_AUTHOR,
                    kind="notice",
                    text=reply,
                    external_id=mark,
                )
        self._hub.notify(conversation_topic(conversation_id), CONSOLE, OUTBOX)


def _is_in_a_talk(conversation: Conversation) -> bool:
    """Whether "help" or "start" is said to people here, and not to the service: texts are on, and an adviser
    has the conversation or is awaited."""
    return conversation.state in (WAITING, ADVISER) and conversation.blocked_at is None


def _staff_notice(text: Inbound, words: str) -> str | None:
    if text.media:
        return replies.STAFF_PICTURE
    return None if words else replies.STAFF_EMPTY


def _reply(text: Inbound, command: str | None, words: str, *, with_people: bool) -> str | None:
    """The fixed reply; none to one who wants no texts, and no invitation to ask where the bot is quiet."""
    if command == replies.OFF:
        return None
    if command == replies.ON:
        return replies.WELCOME_BACK_TO_PEOPLE if with_people else replies.WELCOME_BACK
    if command == replies.ABOUT:
        return replies.WHO_WE_ARE
    if len(words) > LONGEST:
        return replies.TOO_LONG
    return replies.ONLY_WORDS if text.media else replies.NO_WORDS


def _plain(text: Inbound, *, blocked: bool = False) -> bool:
    """True when the message itself is all there is to take in."""
    words = normalise(text.body)
    return 0 < len(words) <= LONGEST and not text.media and replies.command(words, blocked) is None


def _needed(text: Inbound, *, blocked: bool) -> str:
    """The id of the message whose being there says that the text is taken in completely."""
    return _sid(text) if _plain(text, blocked=blocked) else _mark(text)


async def _has(session: AsyncSession, conversation_id: uuid.UUID, external_id: str) -> bool:
    query = select(Message.id).where(
        Message.conversation_id == conversation_id, Message.external_id == external_id
    )
    return (await session.execute(query)).first() is not None


def _sid(text: Inbound) -> str:
    return text.sid[:_LONGEST_SID]


def _mark(text: Inbound) -> str:
    """The id of our own message about this text."""
    return replies.mark_of(_sid(text))
