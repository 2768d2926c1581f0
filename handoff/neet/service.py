"""What follows when somebody is heard to be out of learning and work, or close to it.

The case opens in the turn it is heard, unless they lately said no; the assistant is told, and words the talk.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.times import is_a_time, says_since_when
from handoff.cases import service as cases
from handoff.cases.service import AT_RISK, NEET, CaseRules
from handoff.conversations.model import BOT, PERSON_AUTHOR, Conversation, Message
from handoff.conversations.service import last_words, replies_of
from handoff.neet.learning import Situation as Situation
from handoff.neet.learning import keep as keep
from handoff.neet.learning import set_activity as set_activity
from handoff.neet.learning import situation as situation
from handoff.neet.learning import strike_out as strike_out
from handoff.neet.model import DOING, SAID, SINCE
from handoff.neet.reading import LONGEST, Fact, answered, doing_in, ended_in, heard_in, since
from handoff.neet.reference import Activity as Activity
from handoff.neet.reference import load_reference
from handoff.screening.service import findings_of

NOW = "now"
"""Heard of somebody who is out of education, employment and training; else they are at risk of it."""
_NEET_DOING = "not_learning_or_working"
_ACTIVITY_FACT = "activity"
_THEIRS_BEFORE = (
    select(Message.id, Message.turn_id)
    .where(
        Message.conversation_id == bindparam("conversation"),
        Message.seq < bindparam("before"),
        Message.author == PERSON_AUTHOR,
    )
    .order_by(Message.seq.desc())
    .limit(1)
)


async def take_in(
    session: AsyncSession,
    rules: CaseRules,
    now: datetime,
    conversation: Conversation,
    message: Message,
    heard: str | None,
) -> None:
    """Open or update the case when NEET ("now", "at_risk") was heard in a message, and keep what was learned.

    Nothing is kept of who only asks. The caller holds the conversation's lock.
    """
    if conversation.form and heard is None:
        return
    texts = [message.text]
    if heard:
        await open_for(session, rules, now, conversation, heard)
        texts = [*(await last_words(session, message))[0], message.text]
    today = now.astimezone(rules.area(conversation.area).timezone).date()
    facts = _facts(texts, conversation, today, heard)
    if heard is None and await _tells_since_when(session, conversation, message):
        facts += answered(SINCE, message.text, today)
    if facts and (heard or await cases.contact_case(session, conversation)):
        await keep(session, now, conversation, facts, SAID)


async def _tells_since_when(session: AsyncSession, conversation: Conversation, message: Message) -> bool:
    """Whether a message is only a time, the first they name, right after they told of being out of it.

    To an adviser it answers what the adviser asked. After an answer, "october" is about that."""
    if conversation.state != BOT or not is_a_time(message.text):
        return False
    which = {"conversation": conversation.id, "before": message.seq}
    last = (await session.execute(_THEIRS_BEFORE, which)).first()
    if last is None or all(found.detector != NEET for found in await findings_of(session, last.id)):
        return False
    if not says_since_when(message.text) and await _answered_in(session, last.turn_id):
        return False
    return SINCE not in await told_of(session, conversation)


async def _answered_in(session: AsyncSession, turn_id: uuid.UUID) -> bool:
    return any(reply.kind == "answer" for reply in await replies_of(session, turn_id))


async def open_for(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation, heard: str
) -> None:
    """Open or update the one case about this; after a no within 30 days nothing opens.

    Later than that the contact is offered again, where the assistant can ask; the no stands until their yes.
    """
    if await cases.refused_lately(session, now, conversation):
        return
    case = await cases.contact_case(session, conversation)
    if case and heard == NOW:
        await cases.becomes_neet(session, rules, now, case)
    if case and case.declined_at:
        if conversation.state == BOT and not conversation.form:
            await cases.offer_again(session, now, case)
        return
    reason = case.reason if case else NEET if heard == NOW else AT_RISK
    _, opened = await cases.open_or_raise(session, rules, now, conversation, reason)
    if opened:
        cases.owe_word(conversation)


async def for_the_assistant(
    session: AsyncSession, rules: CaseRules, conversation: Conversation, findings: Sequence[Any]
) -> dict[str, Any] | None:
    """What Rasa needs to word it: what was heard, whether they are to be told, when they are contacted.

    None when nothing was heard in the message; {heard, said_no} when they want no contact, {heard, offer}
    when they are to be asked again whether they do.
    """
    found = next((one for one in findings if one.detector == NEET), None)
    if found is None:
        return None
    case = await cases.contact_case(session, conversation)
    if case is not None and case.declined_at and case.offered_at == found.at:
        return {"heard": found.version, "offer": True}
    if case is None or case.declined_at:
        return {"heard": found.version, "said_no": True}
    when = cases.contact_by(case, rules, found.at)
    return {"heard": found.version, "first": cases.owes_word(conversation), "when": when}


def activities() -> list[Activity]:
    """The activity codes that an adviser may set."""
    return [one for one in load_reference().activities.values() if not one.retired]


def every_activity() -> list[Activity]:
    """Every activity code there is or was."""
    return list(load_reference().activities.values())


async def told_of(session: AsyncSession, conversation: Conversation) -> dict[str, str]:
    """What they said they do (`doing`) and since when (`since`), in words; what was struck out is left."""
    learned = (await situation(session, conversation)).learned
    return {one.kind: one.value for one in learned if one.kind in (DOING, SINCE) and not one.wrong}


def since_when(text: str, today: date) -> date | None:
    """The first day of the month since which something is so, where words tell one."""
    began = since(text, today)
    return date.fromisoformat(f"{began.code}-01") if began and began.code else None


def over_since(text: str, today: date) -> date | None:
    """The same for words that say of something that it is over since then."""
    ended = ended_in(text, today)
    return date.fromisoformat(f"{ended.code}-01") if ended else None


def learns_or_works(text: str) -> bool:
    """Whether words say of somebody that they are in education, employment or training."""
    doing = doing_in(text)
    return doing is not None and not load_reference().is_neet(doing.code)


def _facts(texts: Sequence[str], conversation: Conversation, today: date, heard: str | None) -> list[Fact]:
    """What the messages say, oldest first; what they do now, and since when, only where it was heard."""
    signs = load_reference().signs
    facts = [fact for text in texts for fact in heard_in(text, signs)]
    if heard is None:
        return facts
    began = ended_in(texts[-1], today) if heard == NOW else None
    return [*facts, *([began] if began else []), *_doing(texts[-1], conversation, heard)]


def _doing(text: str, conversation: Conversation, heard: str) -> list[Fact]:
    """What they do now: by their words when they are out of all of it, else as they said before."""
    said = doing_in(text) or Fact(DOING, "", text[:LONGEST])
    if heard == NOW:
        return [said if load_reference().is_neet(said.code) else Fact(DOING, _NEET_DOING, said.words)]
    known = (conversation.facts or {}).get(_ACTIVITY_FACT)
    return [Fact(DOING, known, said.words)] if known else []
