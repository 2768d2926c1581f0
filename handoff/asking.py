"""Asking Rasa for one turn, and turning what it says into stored replies.

A failure is retried for half a minute (longer than a Rasa restart takes); then the person gets an
apology with the helplines and an adviser gets the case.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import metrics
from handoff.cases.model import FAILURE, UNANSWERED
from handoff.cases.service import CaseRules, known_of, open_or_raise, word_given
from handoff.content.areas import Area
from handoff.content.live import LiveContent
from handoff.conversations.model import (
    ANSWERED,
    BOT,
    BOT_AUTHOR,
    EVERYONE,
    FAILED,
    HELD,
    STAFF_ONLY,
    SYSTEM_AUTHOR,
    WAITING,
    Conversation,
    Message,
    Turn,
)
from handoff.conversations.service import append, last_choices, last_said
from handoff.conversations.words import defused
from handoff.db import Database
from handoff.feedback import service as feedback
from handoff.neet import service as neet
from handoff.rasa import ATTEMPT_SECONDS, Asked, Rasa, RasaUnavailable, Reply, Understood
from handoff.render import PERSON, AnswerMissing, chosen, in_short, numbered, render
from handoff.screening.holding import bot_may_speak, may_hold
from handoff.screening.language import spoken, yes_to
from handoff.screening.messages import fixed_message
from handoff.screening.service import findings_of
from handoff.switched_off import hand_over
from handoff.switches import service as switches

log = logging.getLogger(__name__)
GIVE_UP_SECONDS = 30.0
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 2.0
# What must never answer a worry: "I did not get that", in every form it takes.
SHRUGS = ("fallback", "choices")
MORE = "more"
NO_SHRUGS = ("other_language", "other_language_waiting", "neet", "at_risk")
_ABOUT = (
    select(Conversation, Message, switches.newest(Conversation.channel).scalar_subquery())
    .join(Message, Message.conversation_id == Conversation.id)
    .where(Message.id == bindparam("message"))
)
SHRUGGING_INTENTS = ("unclear", "lost", "lost_again", "nonsense", "insult", "out_of_scope")


@dataclass(frozen=True)
class Outcome:
    """How asking went: answered (with what Rasa said), failed, or held (an adviser is needed first)."""

    name: str
    answer: Understood | None = None
    worried: bool = False


class Asking:
    """Asks Rasa about a turn and stores what comes back."""

    def __init__(
        self,
        db: Database,
        rasa: Rasa,
        rules: CaseRules,
        content: LiveContent,
        give_up: float = GIVE_UP_SECONDS,
    ) -> None:
        self._db, self._rasa, self._rules, self._content, self._give_up = db, rasa, rules, content, give_up

    async def outcome_of(self, turn: Turn, *, patient: bool = True) -> Outcome:
        """Ask until there is an answer, the time is up, or the bot may no longer speak.

        Not `patient` (the turn before has just failed): ask once, in line no longer than an attempt takes.
        """
        deadline, pause = time.monotonic() + (self._give_up if patient else 0), FIRST_PAUSE
        asked = await self._asked(turn)
        while asked is not None:
            started = time.monotonic()
            try:
                wait = max(deadline - started, 0) if patient else ATTEMPT_SECONDS
                return Outcome(ANSWERED, await self._rasa.ask(asked, wait), _is_worried(asked))
            except RasaUnavailable as unavailable:
                if pause == FIRST_PAUSE:  # one line a turn: an outage fails many turns many times
                    log.warning("rasa did not answer; trying again turn=%s why=%s", turn.id, unavailable)
            finally:
                metrics.RASA_SECONDS.observe(time.monotonic() - started)
            if time.monotonic() + pause > deadline:
                log.error("gave up asking rasa turn=%s", turn.id)
                return Outcome(FAILED)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            asked = await self._asked(turn)
        return Outcome(HELD)

    async def _asked(self, turn: Turn) -> Asked | None:
        """The turn as Rasa gets it; None when the bot may not speak any more."""
        async with self._db.reading(brief=True) as session:
            conversation, message, on = (await session.execute(_ABOUT, {"message": turn.message_id})).one()
            if on is False or not await bot_may_speak(session, self._rules, conversation):
                return None
            offered = await last_choices(session, conversation.id, message.seq)
            choice = chosen(message.text, offered) or yes_to(message.text, offered)
            choice = choice or await feedback.accepted(session, message)
            text = choice["text"] if choice else numbered(message.text, offered) or message.text
            findings = await findings_of(session, message.id)
            context = {
                "channel": conversation.channel,
                "area": conversation.area,
                "facts": known_of(conversation),
                "findings": [{"level": f.level, "categories": f.categories} for f in findings],
                "neet": await neet.for_the_assistant(session, self._rules, conversation, findings),
                "choice": choice,
                "waiting": conversation.state == WAITING,
                **spoken(text),
            }
            return Asked(f"{conversation.id}:{turn.episode}", message.id, defused(text), context)

    async def store(
        self,
        session: AsyncSession,
        now: datetime,
        conversation: Conversation,
        turn: Turn,
        outcome: Outcome,
        speaks: bool,
    ) -> bool:
        """Store the replies: for the person, or as "not sent" for staff when the bot may no longer speak.

        True when staff have a case to look at because of it.
        """
        if outcome.answer is None:
            if outcome.name == FAILED and speaks:
                await self._apologise(session, now, conversation, turn)
            return outcome.name == FAILED
        answer = outcome.answer
        in_form = bool(conversation.form or answer.form)
        if turn.episode == conversation.episode:  # else the form it speaks of is over
            conversation.form = answer.form
        replies = await self._replies(session, conversation, turn, answer)
        if speaks and outcome.worried:
            replies = _no_shrugs(answer, in_form)
            await self._be_kind(session, now, conversation, turn.id, needed=not replies)
        if speaks and any(reply.tells for reply in replies):
            word_given(conversation)
        audience = EVERYONE if speaks else STAFF_ONLY
        said = [await self._say(session, now, conversation, turn, reply, audience) for reply in replies]
        turn.understood = answer.understood  # last, so that it is written with the turn's end
        return not all(said)

    async def _replies(
        self, session: AsyncSession, conversation: Conversation, turn: Turn, answer: Understood
    ) -> list[Reply]:
        """What Rasa said; asked for more, the next steps of the answer given last: texts do not show them."""
        slug = await _last_answer(session, turn) if answer.understood.get("intent") == MORE else None
        live = self._content.answer(slug, self._rules.area(conversation.area)) if slug else None
        if live is None:
            return answer.replies
        steps = [{"text": title, "answer": step} for title, step in live.next if step != PERSON["answer"]]
        return [replace(reply, choices=[*steps, PERSON]) for reply in answer.replies]

    async def stand_in(
        self, session: AsyncSession, now: datetime, conversation: Conversation, turn: Turn
    ) -> None:
        """While the assistant is switched off: an adviser gets to read the turn, and a worry is answered."""
        told = await hand_over(session, self._rules, now, conversation, turn)
        await self.be_kind(session, now, conversation, turn.message_id, turn.id, needed=not told)

    async def be_kind(
        self,
        session: AsyncSession,
        now: datetime,
        conversation: Conversation,
        message_id: uuid.UUID,
        turn_id: uuid.UUID,
        *,
        needed: bool | None = None,
    ) -> None:
        """Answer the worry in a message about which Rasa is not asked, if there is one.

        Unless it is said to be needed or not, it is as often as holding text may go out, and counts as such.
        """
        heard = await findings_of(session, message_id)
        if any(found.level == "concern" and found.categories for found in heard):
            needed = may_hold(conversation, now) if needed is None else needed
            await self._be_kind(session, now, conversation, turn_id, needed=needed)

    async def _say(
        self,
        session: AsyncSession,
        now: datetime,
        conversation: Conversation,
        turn: Turn,
        reply: Reply,
        audience: str,
    ) -> bool:
        """Say one thing; False when its answer is not live, so that an adviser has to."""
        area, live = self._rules.area(conversation.area), True
        try:
            words = render(reply, self._content, area, conversation.channel)
        except AnswerMissing:
            log.error("answer missing from the live release slug=%s", reply.answer)
            await open_or_raise(session, self._rules, now, conversation, UNANSWERED)
            words, live = {**_fixed("failure", area, now), "kind": "fallback"}, False
        before = await last_said(session, conversation.id, turn.seq) if words["kind"] == "answer" else None
        if words["text"] == before:
            asked = (await session.get_one(Message, turn.message_id)).text
            title = self._content.title(words["answer"]) or ""
            words = in_short(words, title, asked, conversation.channel)
        await append(
            session, conversation, now, author=BOT_AUTHOR, turn_id=turn.id, audience=audience, **words
        )
        return live

    async def _be_kind(
        self,
        session: AsyncSession,
        now: datetime,
        conversation: Conversation,
        turn_id: uuid.UUID,
        *,
        needed: bool,
    ) -> None:
        """Answer a worry (concern) kindly first: once a case, and whenever nothing else would be said."""
        if conversation.safety_sent and not needed:
            return
        conversation.safety_sent = conversation.safety_sent or {
            "level": "concern",
            "at": now.isoformat(),
            "categories": [],
        }
        area = self._rules.area(conversation.area)
        kind = Reply(**_fixed("concern", area, now), choices=[PERSON])
        words = render(kind, self._content, area, conversation.channel)
        await append(session, conversation, now, author=BOT_AUTHOR, turn_id=turn_id, **words)

    async def _apologise(
        self, session: AsyncSession, now: datetime, conversation: Conversation, turn: Turn
    ) -> None:
        """Say sorry, with the helplines, not too often; one case a conversation, grouped by the hour."""
        if conversation.state == BOT:
            conversation.state = WAITING
        incident = f"assistant-{now:%Y-%m-%dT%H}"
        case, opened = await open_or_raise(
            session, self._rules, now, conversation, FAILURE, incident=incident
        )
        case.incident = incident  # also where a text that did not arrive had opened it
        if not may_hold(conversation, now) and not opened:
            return
        await append(
            session,
            conversation,
            now,
            author=SYSTEM_AUTHOR,
            turn_id=turn.id,
            kind="fallback",
            **_fixed("failure", self._rules.area(conversation.area), now),
        )


async def _last_answer(session: AsyncSession, turn: Turn) -> str | None:
    """The slug of the answer that was given last before a turn."""
    query = select(Message.answer).where(
        Message.conversation_id == turn.conversation_id,
        Message.seq < turn.seq,
        Message.kind == "answer",
        Message.audience == EVERYONE,
    )
    slug: str | None = (await session.execute(query.order_by(Message.seq.desc()).limit(1))).scalar()
    return slug


def _is_worried(asked: Asked) -> bool:
    """Whether the message showed a worry (a finding with categories; another language has none)."""
    return any(found["level"] == "concern" and found["categories"] for found in asked.context["findings"])


def _no_shrugs(answer: Understood, in_form: bool) -> list[Reply]:
    """What may be said to a worry; who was told, or the offer of an interpreter, is a choice but no shrug.

    A form's own question goes on, whatever the words of an answer to it look like outside it.
    """
    intent = answer.understood.get("intent")
    if intent in NO_SHRUGS:
        return answer.replies
    if intent in SHRUGGING_INTENTS and not in_form:
        return []
    return [reply for reply in answer.replies if reply.kind not in SHRUGS]


def _fixed(kind: str, area: Area, now: datetime) -> dict[str, Any]:
    sent = fixed_message(kind, area, now)
    return {"text": sent.text, "sms": sent.sms}
