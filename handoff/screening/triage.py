"""What follows from a verdict, in the turn it is heard: findings, the case, the safety message, a quiet bot.

Runs inside the caller's transaction, under the conversation's lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from handoff.cases.model import SAFEGUARDING, UNANSWERED, Finding
from handoff.cases.service import CaseRules, open_case, open_cases, open_or_raise
from handoff.conversations.model import BOT, SMS, SYSTEM_AUTHOR, WAITING, Conversation, Message
from handoff.conversations.service import append
from handoff.screening.messages import Sent, fixed_message, safety_message
from handoff.screening.verdict import Verdict

AFRESH = timedelta(hours=12)
HOLDING_SPACING = {"webchat": timedelta(minutes=5), SMS: timedelta(minutes=15)}


async def triage(
    session: AsyncSession,
    rules: CaseRules,
    now: datetime,
    conversation: Conversation,
    message: Message,
    verdict: Verdict,
) -> list[Message]:
    """Act on a verdict about one message; the fixed messages it sent, in order."""
    _store_findings(session, now, message, verdict)
    told_before = conversation.safety_sent if await open_case(session, conversation, SAFEGUARDING) else None
    heard = [finding for finding in verdict.findings if finding.detector != "language"]
    if rules.rank(highest := _highest(rules, heard)) >= rules.rank("concern"):
        codes = tuple(dict.fromkeys(code for finding in heard for code in finding.categories))
        await open_or_raise(session, rules, now, conversation, SAFEGUARDING, level=highest, categories=codes)
    if len(heard) < len(verdict.findings):
        await open_or_raise(session, rules, now, conversation, UNANSWERED, level="concern")
    if rules.rank(highest) >= rules.rank("urgent"):
        if conversation.state == BOT:
            conversation.state = WAITING
        if safety_due(rules, verdict, told_before, now):
            return [await _send_safety(session, rules, now, conversation, message, verdict, told_before)]
    return await _hold(session, rules, now, conversation, message, verdict)


async def bot_may_speak(session: AsyncSession, rules: CaseRules, conversation: Conversation) -> bool:
    """The bot owns the conversation, or it waits for an adviser at concern or below."""
    if conversation.state == BOT:
        return True
    if conversation.state != WAITING:
        return False
    return all(case.level_rank < rules.rank("urgent") for case in await open_cases(session, conversation))


def safety_due(rules: CaseRules, verdict: Verdict, told: dict[str, Any] | None, now: datetime) -> bool:
    """A rise in level or a new category, counted afresh 12 hours after the last safety message."""
    if told is None or now - datetime.fromisoformat(told["at"]) >= AFRESH:
        return True
    new_category = set(verdict.categories) - set(told["categories"])
    return rules.rank(verdict.level) > rules.rank(told["level"]) or bool(new_category)


def _store_findings(session: AsyncSession, now: datetime, message: Message, verdict: Verdict) -> None:
    for finding in verdict.findings:
        session.add(
            Finding(
                conversation_id=message.conversation_id,
                message_id=message.id,
                level=finding.level,
                categories=list(finding.categories),
                evidence=list(finding.evidence),
                detector=finding.detector,
                version=finding.version,
                at=now,
            )
        )


def _highest(rules: CaseRules, findings: Sequence[Any]) -> str:
    return max((finding.level for finding in findings), key=rules.rank, default="routine")


async def _send_safety(
    session: AsyncSession,
    rules: CaseRules,
    now: datetime,
    conversation: Conversation,
    message: Message,
    verdict: Verdict,
    told: dict[str, Any] | None,
) -> Message:
    categories = [*(told or {}).get("categories", []), *verdict.categories]
    level = max(verdict.level, (told or {}).get("level", "routine"), key=rules.rank)
    conversation.safety_sent = {"level": level, "categories": sorted(set(categories)), "at": now.isoformat()}
    conversation.holding_sent_at = now
    sent = safety_message(verdict, rules.area(conversation.area), now)
    return await _say(session, now, conversation, message, sent)


async def _hold(
    session: AsyncSession,
    rules: CaseRules,
    now: datetime,
    conversation: Conversation,
    message: Message,
    verdict: Verdict,
) -> list[Message]:
    """While the bot is quiet and nobody has joined: we have it, a person was told (not too often)."""
    emergency = verdict.level == "emergency"
    waiting = conversation.state == WAITING and not await bot_may_speak(session, rules, conversation)
    if not (waiting or emergency):
        return []
    last = conversation.holding_sent_at
    if last is not None and now - last < HOLDING_SPACING[conversation.channel]:
        return []
    conversation.holding_sent_at = now
    area = rules.area(conversation.area)
    sent = safety_message(verdict, area, now) if emergency else fixed_message("holding", area, now)
    return [await _say(session, now, conversation, message, sent)]


async def _say(
    session: AsyncSession, now: datetime, conversation: Conversation, message: Message, sent: Sent
) -> Message:
    return await append(
        session,
        conversation,
        now,
        author=SYSTEM_AUTHOR,
        text=sent.text,
        sms=sent.sms,
        kind="safety",
        turn_id=message.turn_id,
        safety=True,
    )
