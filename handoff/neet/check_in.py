"""The check-in: four short questions whose answers are kept one by one, so that none is lost.

What are you doing now, since when, what would you like, is anything in the way. What is known is confirmed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from handoff.cases import service as cases
from handoff.cases.service import CaseRules
from handoff.conversations.model import Conversation
from handoff.neet.learning import all_learned, in_words, keep
from handoff.neet.model import CHECK_IN, DOING, IN_THE_WAY, SINCE, WANTS
from handoff.neet.reading import answered
from handoff.neet.reference import load_reference
from handoff.neet.service import NOW, open_for

QUESTIONS = (DOING, SINCE, WANTS, IN_THE_WAY)
_ACTIVITY_FACT = "activity"


async def started(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation
) -> dict[str, Any]:
    """What need not be asked, when an adviser will be in touch, where one was told of it before, and whether
    they know."""
    case = await cases.contact_case(session, conversation)
    wanted = case is not None and case.declined_at is None
    return {
        "known": await _known(session, rules, conversation),
        "when": cases.contact_by(case, rules, now) if case and wanted else None,
        "told": wanted and not cases.owes_word(conversation),
    }


async def _known(session: AsyncSession, rules: CaseRules, conversation: Conversation) -> dict[str, str]:
    """What is known already of the questions, in words, in their order."""
    rows = [one for one in await all_learned(session, conversation.id) if one.wrong_at is None]
    found: dict[str, list[str]] = {}
    said = (conversation.facts or {}).get(_ACTIVITY_FACT)
    if said in rules.vocabulary.doing_now:
        found[DOING] = [rules.vocabulary.doing_now[said].label]
    for kind in QUESTIONS:
        words = [
            in_words(one.kind, one.code, one.words, rules.vocabulary) for one in rows if one.kind == kind
        ]
        if words:
            found[kind] = words
    return {kind: " and ".join(map(_inside, found[kind])) for kind in QUESTIONS if kind in found}


def _inside(words: str) -> str:
    """Words as they stand inside a sentence: a month keeps its capital."""
    return words if words[-4:].isdigit() else words[:1].lower() + words[1:]


async def answer(
    session: AsyncSession,
    rules: CaseRules,
    now: datetime,
    conversation: Conversation,
    question: str,
    text: str,
) -> dict[str, Any]:
    """Keep an answer; the caller holds the conversation's lock.

    Gives the codes heard, the answers that may help (slugs), and `when` the person is contacted (None where
    no case is open, or they said no).
    """
    today = now.astimezone(rules.area(conversation.area).timezone).date()
    facts = answered(question, text, today)
    await keep(session, now, conversation, facts, CHECK_IN)
    codes = [fact.code for fact in facts if fact.code]
    if question == DOING:
        _remember(conversation, rules, codes)
        if any(load_reference().is_neet(code) for code in codes):
            await open_for(session, rules, now, conversation, NOW)
    case = await cases.contact_case(session, conversation)
    open_to_it = case if case and case.declined_at is None else None
    return {
        "codes": codes,
        "help": _help(rules, question, codes),
        "when": cases.contact_by(open_to_it, rules, now) if open_to_it else None,
    }


def _remember(conversation: Conversation, rules: CaseRules, codes: list[str]) -> None:
    """What they do now is used by everything that asks for it."""
    if codes and codes[0] in rules.vocabulary.doing_now:
        conversation.facts = {**(conversation.facts or {}), _ACTIVITY_FACT: codes[0]}


def _help(rules: CaseRules, question: str, codes: list[str]) -> list[str]:
    lists = {WANTS: rules.vocabulary.wants, IN_THE_WAY: rules.vocabulary.in_the_way}
    hopes = (lists[question].get(code) for code in codes) if question in lists else ()
    return [hope.answer for hope in hopes if hope and hope.answer]
