"""A registration not finished yet: begun with what is known, kept answer by answer, forgotten on request."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.ages import age_on
from handoff.cases.service import CaseRules
from handoff.conversations.model import SMS, Contact, Conversation
from handoff.neet import service as neet
from handoff.registrations import form
from handoff.registrations.contact import shown_number
from handoff.registrations.eligibility import Signpost, judge
from handoff.registrations.fields import FIELDS, Known, read
from handoff.registrations.model import Draft
from handoff.registrations.reading import Accepted, Problem
from handoff.registrations.situation import read_since

DOUBT = "doubt"
"""Beside the answers: the date of birth that did not fit the age they had said."""
UNSAFE = "unsafe"
"""Beside the answers: what they said of ways to reach them that are not safe, word for word."""
MOST_UNSAFE = 5
Answers = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Given:
    """What a text gave: the answer, or why it is none, and what was said beside it."""

    answer: Accepted | Problem
    beside: Mapping[str, Accepted] = field(default_factory=dict)


async def known_about(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation
) -> Known:
    """What reading this person's answers may need."""
    contact = await session.get_one(Contact, conversation.contact_id)
    draft = await session.get(Draft, conversation.id)
    asked = DOUBT in (draft.answers if draft else {})
    return Known(
        today_of(rules, now, conversation),
        rules.areas,
        contact.address if conversation.channel == SMS else None,
        None if asked else (conversation.facts or {}).get("age"),
        values_of(await draft_answers(session, conversation.id)),
    )


async def read_answer(known: Known, name: str, text: str, doubted: str | None, again: bool) -> Given:
    """Read a text as the answer to a question; `doubted` is the date of birth that was asked about."""
    known = replace(known, again=again)
    return await asyncio.to_thread(_read, known, name, text, doubted)  # dateparser loads languages from disk


def _read(known: Known, name: str, text: str, doubted: str | None) -> Given:
    if name == "date_of_birth" and doubted:
        meant = form.settled_date(text, doubted)
        return Given(meant if isinstance(meant, Problem) else read(name, meant, known))
    if name == "name":
        first, beside = form.apart(text, known)
        return Given(read(name, first, known), beside)
    return Given(read(name, text, known))


async def begin(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation
) -> tuple[dict[str, dict[str, Any]], bool]:
    """The answers a registration starts with, and whether they are of an earlier draft.

    What is known already is put down, to be confirmed at the end. The caller holds the conversation's lock.
    """
    earlier = await draft_answers(session, conversation.id)
    if earlier:
        return earlier, True
    for name, answer in (await _known_answers(session, rules, now, conversation)).items():
        await keep_answer(session, now, conversation, name, answer)
    return await draft_answers(session, conversation.id), False


async def keep_answer(
    session: AsyncSession, now: datetime, conversation: Conversation, name: str, answer: Accepted
) -> None:
    """Save one accepted answer in the draft; the caller holds the conversation's lock."""
    draft = await _draft(session, now, conversation)
    stay = {one: kept for one, kept in draft.answers.items() if one not in form.dropped_with(name)}
    draft.answers = {**stay, name: {"value": answer.value, "shown": answer.shown}}
    draft.updated_at = now
    if name == "activity" and "since" not in draft.answers:
        began = neet.over_since(answer.value, now.date())
        if began:
            await keep_answer(session, now, conversation, "since", _month(began))


async def keep_doubt(session: AsyncSession, now: datetime, conversation: Conversation, born: str) -> None:
    """Remember the date of birth that is asked about, so that it is asked about once."""
    draft = await _draft(session, now, conversation)
    draft.answers = {**draft.answers, DOUBT: {"value": born}}


async def keep_unsafe(session: AsyncSession, now: datetime, conversation: Conversation, said: str) -> None:
    """Remember what is not safe as they said it: whoever reaches them must not use it."""
    draft = await _draft(session, now, conversation)
    before = [one for one in draft.answers.get(UNSAFE, {}).get("value", ()) if one != said]
    draft.answers = {**draft.answers, UNSAFE: {"value": [*before, said][-MOST_UNSAFE:]}}


async def unsafe_ways(session: AsyncSession, conversation_id: uuid.UUID) -> list[str]:
    """What they said of ways to reach them that are not safe, the earliest first."""
    draft = await session.get(Draft, conversation_id)
    return list(draft.answers.get(UNSAFE, {}).get("value", ())) if draft else []


async def doubt(session: AsyncSession, conversation_id: uuid.UUID) -> str | None:
    """The date of birth that was asked about."""
    draft = await session.get(Draft, conversation_id)
    found = (draft.answers if draft else {}).get(DOUBT)
    return str(found["value"]) if found else None


async def draft_answers(session: AsyncSession, conversation_id: uuid.UUID) -> dict[str, dict[str, Any]]:
    """The answers given so far, in the form's order; empty when there is no draft."""
    draft = await session.get(Draft, conversation_id)
    return {name: draft.answers[name] for name in FIELDS if name in draft.answers} if draft else {}


async def forget_draft(session: AsyncSession, now: datetime, conversation_id: uuid.UUID) -> None:
    """Delete the draft, if there is one."""
    if await session.get(Draft, conversation_id):
        await session.execute(delete(Draft).where(Draft.conversation_id == conversation_id))
        subject = f"conversation:{conversation_id}"
        await audit.record(session, now, "person", "registration.forget_draft", subject)


def sent_elsewhere(answers: Answers, rules: CaseRules, today: date) -> Signpost | None:
    """Where somebody with these answers is sent instead; None while nothing speaks against registering."""
    values = values_of(answers)
    found = judge(values, today, form.home_of(values, rules.areas))
    return found if isinstance(found, Signpost) else None


def values_of(answers: Answers) -> dict[str, str]:
    return {name: str(answer["value"]) for name, answer in answers.items()}


def today_of(rules: CaseRules, now: datetime, conversation: Conversation) -> date:
    return now.astimezone(rules.area(conversation.area).timezone).date()


def years(born: str, today: date) -> int:
    return age_on(date.fromisoformat(born), today)


async def _draft(session: AsyncSession, now: datetime, conversation: Conversation) -> Draft:
    draft = await session.get(Draft, conversation.id)
    if draft is None:
        draft = Draft(conversation_id=conversation.id, answers={}, wrong_tries=0, updated_at=now)
        session.add(draft)
    return draft


async def _known_answers(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation
) -> dict[str, Accepted]:
    """What they need not be asked: the number they text from or gave, what they do and since when."""
    contact = await session.get_one(Contact, conversation.contact_id)
    number = contact.address if conversation.channel == SMS else contact.reach
    told = await neet.told_of(session, conversation)
    said = rules.vocabulary.doing_now.get((conversation.facts or {}).get("activity", ""))
    words = said.label if said else told.get("doing")
    found: dict[str, Accepted] = {}
    if number:
        found["contact"] = Accepted(shown_number(number), shown_number(number))
    if words:
        found["activity"] = Accepted(words, words)
    if words and told.get("since"):
        since = read_since(told["since"], today_of(rules, now, conversation))
        found |= {"since": since} if isinstance(since, Accepted) else {}
    return found


def _month(day: date) -> Accepted:
    return Accepted(f"{day:%B %Y}", f"{day:%B %Y}")
