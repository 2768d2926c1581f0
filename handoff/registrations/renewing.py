"""Asking whether they still look, by the channel they wrote from, and hearing the YES or NO that answers it.

A no ends nothing by itself: benefits may hang on it, so an adviser finds out first. The caller holds the
conversation's lock.
"""

from __future__ import annotations

import re
import uuid
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit, automatic
from handoff.cases.service import FOLLOW_UP, CaseRules, note_case, open_or_raise
from handoff.content.areas import local_day
from handoff.conversations.model import (
    BOT,
    BOT_AUTHOR,
    CLOSED,
    EVERYONE,
    PERSON_AUTHOR,
    SMS,
    Conversation,
    Message,
)
from handoff.conversations.service import append
from handoff.days import day_words
from handoff.records import service as records
from handoff.registrations.contact import HERE
from handoff.registrations.model import ACTIVE, Registration, Reminder
from handoff.registrations.periods import terms_of, turns_18
from handoff.registrations.reading import Accepted
from handoff.registrations.writing import texts_are_safe, way_to
from handoff.registrations.yes_no import read_permission

ASK = (
    "Wayline here. Are you still looking for work, training or a course? "
    "Reply YES to stay registered, or NO. It runs out after {until}."
)
CHOICES = [{"text": "Yes, still looking", "answer": None}, {"text": "No, not any more", "answer": None}]
KEPT = "Thank you. You stay registered until {until}. If anything changes, tell us here."
TOLD = (
    "Thank you for telling us. An adviser will get in touch to hear how things are. "
    "Your registration stays as it is until then."
)
_LONGEST_ANSWER = 40
_OF_TELLING = re.compile(r"\b(tell|told|inform|contact|shar|permission|consent|job ?cent|jcp|dwp)", re.I)


async def ask(
    session: AsyncSession,
    rules: CaseRules,
    now: datetime,
    registration: Registration,
    conversation: Conversation,
) -> bool:
    """Ask once for this day of running out; an adviser is asked to, where nothing automatic may be said.

    False when it was asked before, by this process or another.
    """
    until = registration.expires_on
    if until is None:
        return False
    asked = await session.get(Reminder, (registration.id, until))
    if asked is not None:
        return False
    reminder = Reminder(registration_id=registration.id, expires_on=until, asked_at=now)
    session.add(reminder)
    if grows_up(registration):
        why = f"{registration.reference}: they turn 18 soon. Explain how they claim then; offer to go along."
        await hand_over(session, rules, now, conversation, reminder, why)
    elif await may_say(session, conversation) and await _is_safe(session, registration, conversation):
        question = ASK.format(until=day_words(until))
        reminder.message_id = await _say(session, now, conversation, question, CHOICES)
    else:
        why = f"{registration.reference}: ask whether they still look. It runs out after {day_words(until)}."
        await hand_over(session, rules, now, conversation, reminder, why)
    subject = f"registration:{registration.id}"
    await audit.record(session, now, "system", "registration.remind", subject)
    return True


async def may_say(session: AsyncSession, conversation: Conversation) -> bool:
    """Nobody talks with them, nothing is being asked, they can be reached, nothing urgent was heard."""
    idle = conversation.state in (BOT, CLOSED) and conversation.form is None
    reached = conversation.left_at is None and conversation.blocked_at is None
    return idle and reached and await automatic.may_go_out(session, conversation)


async def _is_safe(session: AsyncSession, registration: Registration, conversation: Conversation) -> bool:
    """They asked to be reached here, at any time; all else only an adviser can heed."""
    said = registration.safe_contact
    if conversation.channel == SMS:
        return await texts_are_safe(session, conversation, way_to(registration))
    return not registration.safe_times and (said == HERE or not (said or registration.phone))


async def hand_over(
    session: AsyncSession,
    rules: CaseRules,
    now: datetime,
    conversation: Conversation,
    reminder: Reminder | None,
    why: str,
) -> None:
    """A planned contact for an adviser, who knows how and when they can safely be reached."""
    case, _ = await open_or_raise(session, rules, now, conversation, FOLLOW_UP)
    if reminder:
        reminder.case_id = case.id
    note_case(session, now, case.id, why)


async def hear(
    session: AsyncSession,
    rules: CaseRules,
    now: datetime,
    conversation: Conversation,
    message: Message,
    said: str,
) -> bool:
    """Take the yes or no that a message says as the answer to the question just before; False if none was."""
    if conversation.form is not None:
        return False
    reminder = await _asked_just_before(session, message)
    if reminder is None:
        return False
    registration = await session.get_one(Registration, reminder.registration_id)
    if registration.state != ACTIVE or registration.expires_on != reminder.expires_on:
        return False
    reminder.answer, reminder.answered_at = said, now
    if said == "yes":
        until = await renew(session, rules, now, registration)
        await _say(session, now, conversation, KEPT.format(until=day_words(until)), turn=message)
    else:
        why = f"{registration.reference}: they answered that they no longer look. Find out, and end it if so."
        await hand_over(session, rules, now, conversation, reminder, why)
        await _say(session, now, conversation, TOLD, turn=message)
    subject = f"registration:{registration.id}"
    await audit.record(session, now, "person", "registration.answer_reminder", subject, answer=said)
    return True


async def renew(session: AsyncSession, rules: CaseRules, now: datetime, registration: Registration) -> date:
    """They still look, as of today: it lasts longer, and on their record that is confirmed. Its last day."""
    until = prolong(rules, now, registration)
    await session.flush()
    if registration.record_id is not None:
        today = local_day(rules.area(registration.area), now)
        current = await records.current_activity(session, registration.record_id)
        if current and current.is_neet:
            await records.record_activity(
                session, now, registration.record_id, current.code, current.started_on, records.PERSON,
                neet_started_on=current.neet_started_on, ascertained_on=today,
            )  # fmt: skip
    return until


def prolong(rules: CaseRules, now: datetime, registration: Registration) -> date:
    """A new last day, counted from today; the next contact stays where an adviser wants it sooner."""
    terms, today = terms_of(registration.area), local_day(rules.area(registration.area), now)
    until = terms.lasts_until(today, date.fromisoformat(registration.date_of_birth))
    planned, usual = registration.next_contact_on, terms.next_contact(today)
    registration.expires_on = until
    registration.next_contact_on = min(planned, usual) if planned and planned > today else usual
    return until


def grows_up(registration: Registration) -> bool:
    """Whether it lasts until they are 18, so that there is nothing to renew."""
    born, until = date.fromisoformat(registration.date_of_birth), registration.expires_on
    return until is not None and (turns_18(born) - until).days <= 1


def plain_answer(text: str) -> str | None:
    """A message's plain "yes" or "no"; "dont tell the jobcentre" is a no to something else."""
    plain = len(text) <= _LONGEST_ANSWER and not _OF_TELLING.search(text)
    found = read_permission(text) if plain else None
    return found.value if isinstance(found, Accepted) else None


async def _asked_just_before(session: AsyncSession, message: Message) -> Reminder | None:
    """The unanswered question that was the last thing said to them."""
    before = select(Message.id).where(
        Message.conversation_id == message.conversation_id,
        Message.seq < message.seq,
        Message.author != PERSON_AUTHOR,
        Message.audience == EVERYONE,
    )
    last = (await session.execute(before.order_by(Message.seq.desc()).limit(1))).scalar()
    asked = select(Reminder).where(Reminder.message_id == last, Reminder.answered_at.is_(None))
    return (await session.execute(asked)).scalar() if last else None


async def _say(
    session: AsyncSession,
    now: datetime,
    conversation: Conversation,
    text: str,
    choices: list[dict[str, str | None]] | None = None,
    turn: Message | None = None,
) -> uuid.UUID:
    said = await append(
        session, conversation, now, author=BOT_AUTHOR, text=text, kind="prompt" if choices else "notice",
        choices=choices or [], turn_id=turn.turn_id if turn else None,
    )  # fmt: skip
    return said.id
